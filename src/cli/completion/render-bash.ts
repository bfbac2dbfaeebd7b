import { type CommandCompletion, firstWords, flagsOf } from './list-completions.ts';

/** Completion script for bash 4 and later. Names of runs, artifacts and functions are asked for when needed. */
export function renderBash(commands: readonly CommandCompletion[]): string {
  return `# bash completion for slipway
_slipway() {
  local cur prev words="" i
  COMPREPLY=()
  cur="\${COMP_WORDS[COMP_CWORD]}"
  prev="\${COMP_WORDS[COMP_CWORD-1]}"
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in -*) ;; *) words="$words \${COMP_WORDS[i]}" ;; esac
  done
  words="\${words# }"
  case "$prev" in
${valueCases(commands)}
  esac
  case "$words" in
    "") COMPREPLY=($(compgen -W "${[...firstWords(commands).keys()].join(' ')} help --help --version" -- "$cur")); return ;;
${groupCases(commands)}
${commands.map(commandCase).join('\n')}
  esac
}
complete -o default -F _slipway slipway
`;
}

function valueCases(commands: readonly CommandCompletion[]): string {
  const options = new Map(
    commands.flatMap((command) => command.options).map((option) => [flagsOf(option)[0], option]),
  );
  return [...options.values()]
    .filter((option) => option.choices?.length && option.flag)
    .map(
      (option) =>
        `    ${flagsOf(option).join('|')}) COMPREPLY=($(compgen -W "${option.choices?.join(' ')}" -- "$cur")); return ;;`,
    )
    .join('\n');
}

function groupCases(commands: readonly CommandCompletion[]): string {
  const groups = new Map<string, string[]>();
  for (const { words } of commands) {
    const [first = '', second] = words;
    if (second !== undefined) groups.set(first, [...(groups.get(first) ?? []), second]);
  }
  return [...groups]
    .map(
      ([name, seconds]) =>
        `    "${name}") COMPREPLY=($(compgen -W "${seconds.join(' ')}" -- "$cur")); return ;;`,
    )
    .join('\n');
}

function commandCase(command: CommandCompletion): string {
  const name = command.words.join(' ');
  const flags = command.options.flatMap(flagsOf).join(' ');
  const offers = command.arguments.flatMap(({ choices, completes }) =>
    choices.length
      ? [choices.join(' ')]
      : completes === 'file' || completes === 'none'
        ? []
        : [`$(slipway complete ${completes} 2>/dev/null)`],
  );
  return `    "${name}"|"${name} "*)
      case "$cur" in
        -*) COMPREPLY=($(compgen -W "${flags} --help" -- "$cur")) ;;
        *) COMPREPLY=($(compgen -W "${[...new Set(offers)].join(' ')}" -- "$cur")) ;;
      esac
      return ;;`;
}
