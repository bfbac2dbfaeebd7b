import type { OptionEntry } from '../../core/option-table.ts';
import { type CommandCompletion, firstWords } from './list-completions.ts';

/** Completion script for fish. */
export function renderFish(commands: readonly CommandCompletion[]): string {
  const first = [...firstWords(commands)].map(
    ([word, summary]) => `complete -c slipway -n __fish_use_subcommand -f -a ${word} -d ${quote(summary)}`,
  );
  return `# fish completion for slipway
${first.join('\n')}
${commands.flatMap(commandLines).join('\n')}
`;
}

const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

function commandLines(command: CommandCompletion): readonly string[] {
  const [first = '', second] = command.words;
  const here =
    second === undefined
      ? `__fish_seen_subcommand_from ${first}`
      : `__fish_seen_subcommand_from ${first}; and __fish_seen_subcommand_from ${second}`;
  const group =
    second === undefined
      ? []
      : [
          `complete -c slipway -n ${quote(`__fish_seen_subcommand_from ${first}; and not __fish_seen_subcommand_from ${second}`)} -f -a ${second} -d ${quote(command.summary)}`,
        ];
  return [
    ...group,
    ...command.options.map((option) => optionLine(here, option)),
    ...argumentLines(here, command),
  ];
}

function optionLine(here: string, option: OptionEntry): string {
  const parts = [
    `complete -c slipway -n ${quote(here)}`,
    ...(option.flag ? [`-l ${option.flag.slice(2)}`] : []),
    ...(option.short ? [`-s ${option.short.slice(1)}`] : []),
    ...(option.type === 'flag' ? ['-f'] : ['-r']),
    ...(option.choices ? [`-f -a ${quote(option.choices.join(' '))}`] : []),
    `-d ${quote(option.doc)}`,
  ];
  return parts.join(' ');
}

function argumentLines(here: string, command: CommandCompletion): readonly string[] {
  const lines = command.arguments.flatMap(({ choices, completes }) => {
    if (choices.length) return [`complete -c slipway -n ${quote(here)} -f -a ${quote(choices.join(' '))}`];
    if (completes === 'file' || completes === 'none') return [];
    return [
      `complete -c slipway -n ${quote(here)} -a ${quote(`(slipway complete ${completes} 2>/dev/null)`)}`,
    ];
  });
  return [...new Set(lines)];
}
