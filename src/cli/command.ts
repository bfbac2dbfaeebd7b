import type { OptionName, OptionValues } from '../core/option-table.ts';
import type { Session } from './session.ts';

/** A command called with checked arguments and options. */
export interface Invocation<Names extends OptionName = never> {
  readonly args: readonly string[];
  readonly options: Pick<OptionValues, Names>;
  readonly session: Session;
}

/** What a command does; the number is its exit code, nothing means 0. */
export type Execute<Names extends OptionName = never> = (
  invocation: Invocation<Names>,
) => Promise<number | undefined>;

export interface ArgumentEntry {
  readonly name: string;
  readonly doc: string;
  /** @default false */
  readonly optional?: boolean;
  /** Takes all that follow. @default false */
  readonly variadic?: boolean;
  readonly choices?: readonly string[];
  /** What a shell offers for it. @default 'file' */
  readonly completes?: Completable;
}

export type Completable = 'run' | 'artifact' | 'function' | 'pipeline' | 'hub' | 'file' | 'none';

/** One command as help, completion and docs/cli.md see it. `load` brings in its code on first use. */
export interface CommandEntry {
  /** With its group, e.g. `pipeline run`. */
  readonly name: string;
  readonly summary: string;
  readonly description?: string;
  readonly arguments: readonly ArgumentEntry[];
  readonly options: readonly OptionName[];
  readonly examples?: readonly string[];
  /** Left out of help and docs. @default false */
  readonly hidden?: boolean;
  /** Ends what it has started when interrupted, instead of leaving at once. @default false */
  readonly graceful?: boolean;
  readonly load: () => Promise<Execute<OptionName>>;
}

/** Ties a command's option list to the options that its code reads: naming one too few does not compile. */
export function command<const Names extends readonly OptionName[]>(
  entry: Omit<CommandEntry, 'options' | 'load'> & {
    readonly options: Names;
    readonly load: () => Promise<Execute<Names[number]>>;
  },
): CommandEntry {
  return entry as CommandEntry;
}
