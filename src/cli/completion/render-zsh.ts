import { type CommandCompletion, firstWords, flagsOf } from './list-completions.ts';

/** Completion script for zsh. */
export function renderZsh(commands: readonly CommandCompletion[]): string {
  const first = [...firstWords(commands)].map(
    ([word, summary]) => `    ${quote(`${word}:${plain(summary)}`)}`,
  );
  return `#compdef slipway
# zsh completion for slipway
_slipway() {
  local -a commands given
  commands=(
${first.join('\n')}
  )
  given=(\${(@)words[2,CURRENT-1]:#-*})
  if (( \${#given} == 0 )); then
    _describe 'command' commands
    return
  fi
  case "\${given[1]} \${given[2]}" in
${commands
  .filter(({ words }) => words.length > 1)
  .map(commandCase)
  .join('\n')}
${groupCases(commands)}
  esac
  case "\${given[1]}" in
${commands
  .filter(({ words }) => words.length === 1)
  .map(commandCase)
  .join('\n')}
  esac
}
if [ "$funcstack[1]" = "_slipway" ]; then
  _slipway "$@"
else
  compdef _slipway slipway
fi
`;
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const plain = (text: string): string => text.replaceAll(':', '\\:');

function groupCases(commands: readonly CommandCompletion[]): string {
  const groups = new Map<string, string[]>();
  for (const { words } of commands) {
    const [first = '', second] = words;
    if (second !== undefined) groups.set(first, [...(groups.get(first) ?? []), second]);
  }
  return [...groups]
    .map(([name, seconds]) => `    ${quote(`${name} `)}*) compadd -- ${seconds.join(' ')}; return ;;`)
    .join('\n');
}

function commandCase(command: CommandCompletion): string {
  const pattern = command.words.length > 1 ? quote(command.words.join(' ')) : quote(command.words[0] ?? '');
  const flags = command.options.flatMap(flagsOf).join(' ');
  const values = command.options
    .filter((option) => option.choices?.length && option.flag)
    .map(
      (option) => `        ${flagsOf(option).join('|')}) compadd -- ${option.choices?.join(' ')}; return ;;`,
    );
  return `    ${pattern})
      case "\${words[CURRENT-1]}" in
${values.join('\n')}
      esac
      if [[ "\${words[CURRENT]}" == -* ]]; then
        compadd -- ${flags} --help
      else
${offerLines(command).join('\n')}
      fi
      return ;;`;
}

function offerLines(command: CommandCompletion): readonly string[] {
  const lines = command.arguments.map(({ choices, completes }) => {
    if (choices.length) return `        compadd -- ${choices.join(' ')}`;
    if (completes === 'file') return '        _files';
    if (completes === 'none') return '        :';
    return `        compadd -- \${(f)"$(slipway complete ${completes} 2>/dev/null)"}; _files`;
  });
  return lines.length ? [...new Set(lines)] : ['        :'];
}
