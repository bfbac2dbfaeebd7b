#!/usr/bin/env node
import { packageVersion } from '../core/package-root.ts';

const argv = process.argv.slice(2);

// the version must not cost the loading of anything else
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  process.stdout.write(`${packageVersion()}\n`);
} else {
  void Promise.all([import('./command-line.ts'), import('./command-table.ts')]).then(
    ([{ runCommandLine }, { commandGroups }]) => runCommandLine(argv, commandGroups),
  );
}
