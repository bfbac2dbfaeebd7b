import pc from 'picocolors';
import type { TextOutput } from './session.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Wraps stdout or stderr. A reader that goes away ends the writing, not the command, and is no error. */
export function createTextOutput(
  stream: NodeJS.WriteStream,
  env: Environment,
  color: 'always' | 'never' | 'auto' = 'auto',
): TextOutput {
  const gone = new AbortController();
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error;
    gone.abort();
  });
  return {
    colors: pc.createColors(wantsColor(stream.isTTY === true, env, color)),
    width: widthOf(stream, env),
    isTerminal: stream.isTTY === true,
    closed: gone.signal,
    write: (text) =>
      new Promise((resolve) => {
        if (gone.signal.aborted || text === '') resolve();
        else stream.write(text, () => resolve());
      }),
  };
}

/** `--color` before NO_COLOR before FORCE_COLOR before "is it a terminal". */
export function wantsColor(
  isTerminal: boolean,
  env: Environment,
  color: 'always' | 'never' | 'auto',
): boolean {
  if (color !== 'auto') return color === 'always';
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return !['0', 'false'].includes(env.FORCE_COLOR);
  return isTerminal && env.TERM !== 'dumb';
}

function widthOf(stream: NodeJS.WriteStream, env: Environment): number | undefined {
  const given = Number(env.COLUMNS);
  if (Number.isInteger(given) && given > 0) return given;
  // a terminal that does not know its size says 0
  return stream.isTTY ? stream.columns || 80 : undefined;
}
