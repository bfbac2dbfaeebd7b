import { type OptionEntry, optionTable } from '../../core/option-table.ts';
import { globalOptions } from '../build-program.ts';
import type { Completable } from '../command.ts';
import type { CommandGroup } from '../command-table.ts';

/** What a shell can offer for one command. */
export interface CommandCompletion {
  /** One word, or two for a command in a group. */
  readonly words: readonly string[];
  readonly summary: string;
  readonly options: readonly OptionEntry[];
  /** By position; the last one repeats where the command takes several. */
  readonly arguments: readonly { readonly completes: Completable; readonly choices: readonly string[] }[];
}

/** The commands as completion scripts need them; hidden ones left out. */
export function listCompletions(groups: readonly CommandGroup[]): readonly CommandCompletion[] {
  return groups
    .flatMap((group) => group.commands)
    .filter((entry) => !entry.hidden)
    .map((entry) => ({
      words: entry.name.split(' '),
      summary: entry.summary,
      options: [...entry.options, ...globalOptions].map((name) => optionTable[name]),
      arguments: entry.arguments.map((argument) => ({
        completes: argument.completes ?? 'file',
        choices: argument.choices ?? [],
      })),
    }));
}

/** First words with their summaries: commands, and groups of commands. */
export function firstWords(commands: readonly CommandCompletion[]): ReadonlyMap<string, string> {
  const words = new Map<string, string>();
  for (const {
    words: [first = ''],
    summary,
  } of commands)
    if (!words.has(first)) words.set(first, summary);
  return words;
}

/** Flags of an option, long and short. */
export function flagsOf(option: OptionEntry): readonly string[] {
  return [option.flag, option.short].filter((flag) => flag !== undefined);
}
