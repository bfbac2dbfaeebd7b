/** What must be known before the command line is parsed: how to answer if parsing itself fails. */
export interface PreScan {
  readonly json: boolean;
  readonly color: 'always' | 'never' | 'auto';
}

/** Looks for `-o json` and `--color` wherever they stand before `--`. */
export function preScan(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): PreScan {
  const end = argv.indexOf('--');
  const words = end < 0 ? argv : argv.slice(0, end);
  const output = flagValue(words, ['-o', '--output']) ?? env.SLIPWAY_OUTPUT;
  const color = words.includes('--no-color') ? 'never' : (flagValue(words, ['--color']) ?? env.SLIPWAY_COLOR);
  return {
    json: output === 'json' || words.includes('--json'),
    color: color === 'always' || color === 'never' ? color : 'auto',
  };
}

function flagValue(words: readonly string[], flags: readonly string[]): string | undefined {
  let found: string | undefined;
  words.forEach((word, at) => {
    for (const flag of flags) {
      if (word === flag) found = words[at + 1];
      else if (word.startsWith(`${flag}=`)) found = word.slice(flag.length + 1);
      else if (flag.length === 2 && word.startsWith(flag) && word.length > 2) found = word.slice(2);
    }
  });
  return found;
}
