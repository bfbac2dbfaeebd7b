import { statSync } from 'node:fs';
import path from 'node:path';
import { explainAccessError } from '../core/access-error.ts';
import { longestTimerMs, systemClock } from '../core/clock.ts';
import { fileNotFound } from '../core/errors.ts';
import type { ParsedLine } from './build-program.ts';
import type { CommandGroup } from './command-table.ts';
import { exitCodeOfError, exitCodeOfSignal } from './exit-code.ts';
import { catchInterrupts } from './interrupt.ts';
import type { RawOption } from './options/parse-option.ts';
import { resolveOptions } from './options/resolve-options.ts';
import { errorDocument, renderError } from './output/render-error.ts';
import { parseLine } from './parse-line.ts';
import { preScan } from './pre-scan.ts';
import type { Session } from './session.ts';
import { createTextOutput } from './text-output.ts';

type Streams = Pick<Session, 'out' | 'err'>;

/** Runs one command line and ends the process with its exit code, once everything written has been taken. */
export async function runCommandLine(
  argv: readonly string[],
  groups: readonly CommandGroup[],
): Promise<void> {
  const env = Object.freeze({ ...process.env });
  const scan = preScan(argv, env);
  const streams: Streams = {
    out: createTextOutput(process.stdout, env, scan.color),
    err: createTextOutput(process.stderr, env, scan.color),
  };
  // idle workers do not hold the process, but what the command still waits for must: ended early, it would seem a success
  setInterval(() => {}, longestTimerMs);
  let code: number;
  try {
    code = await execute({ argv, groups }, env, streams);
  } catch (thrown) {
    const error = explainAccessError(thrown);
    code = exitCodeOfError(error);
    if (scan.json) await streams.out.write(`${JSON.stringify(errorDocument(error), null, 2)}\n`);
    else await streams.err.write(renderError(error, streams.err.colors));
  }
  // what user code left running in this process (timers, sockets) must not hold the command
  process.exit(code);
}

async function execute(
  { argv, groups }: { readonly argv: readonly string[]; readonly groups: readonly CommandGroup[] },
  env: Session['env'],
  streams: Streams,
): Promise<number> {
  const line = parseLine(argv, groups, streams.out.width);
  if ('text' in line) {
    await streams.out.write(line.text);
    return 0;
  }
  const interrupt = catchInterrupts(line.command.entry.graceful === true, streams.err);
  const session = openSession(line.command, env, streams, interrupt.signal);
  // colours are chosen before anything is parsed; a wrong choice is refused here
  const options = await resolveOptions(['color', ...line.command.entry.options], session);
  const run = await line.command.entry.load();
  const code = (await run({ args: line.command.args, options, session })) ?? 0;
  return code !== 0 && interrupt.received() ? exitCodeOfSignal(interrupt.received() ?? 'SIGINT') : code;
}

function openSession(line: ParsedLine, env: Session['env'], streams: Streams, signal: AbortSignal): Session {
  return {
    ...streams,
    directory: enterDirectory(line.flags.directory),
    env,
    clock: systemClock,
    signal,
    interactive: process.stdin.isTTY === true && streams.err.isTerminal && !env.CI,
    flags: line.flags,
  };
}

/** `-C` moves the whole process: user code loaded into it (pipeline files) resolves its paths from there too. */
function enterDirectory(given: RawOption | undefined): string {
  if (typeof given !== 'string') return process.cwd();
  const directory = path.resolve(given);
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory())
    throw fileNotFound(`folder "${given}" does not exist`, { hint: `-C looked for "${directory}"` });
  process.chdir(directory);
  return directory;
}
