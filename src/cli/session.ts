import type pc from 'picocolors';
import type { Clock } from '../core/clock.ts';
import type { RawOption } from './options/parse-option.ts';

/** Functions that colour a text, or leave it as it is. */
export type Colors = ReturnType<typeof pc.createColors>;

/** What a command has of the outside: folder, environment, streams, and the signal that Ctrl-C fires. */
export interface Session {
  /** Folder the command works in, after `-C`. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Data: the answer, and nothing else. */
  readonly out: TextOutput;
  /** Progress, logs, errors. */
  readonly err: TextOutput;
  /** Fires on Ctrl-C and SIGTERM; the reason is the signal's name. */
  readonly signal: AbortSignal;
  /** Whether somebody can be asked: stdin and stderr are a terminal, and this is no CI. */
  readonly interactive: boolean;
  /** Flags as given, for `config explain`. */
  readonly flags: Readonly<Record<string, RawOption>>;
}

export interface TextOutput {
  /** Resolves when the reader has taken it, or has gone away. */
  write(text: string): Promise<void>;
  readonly colors: Colors;
  /** Columns of the terminal; undefined when nothing need fit. */
  readonly width: number | undefined;
  readonly isTerminal: boolean;
  /** Fires when the reader has gone (`| head`). */
  readonly closed: AbortSignal;
}
