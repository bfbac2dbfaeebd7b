// Runs every measurement of test/perf/ one after the other: on a machine that does nothing else.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

let over = 0;
for (const name of readdirSync('test/perf').filter((file) => file.endsWith('.mjs'))) {
  console.log(`\n— ${name.replace('.mjs', '')}`);
  if (spawnSync(process.execPath, [`test/perf/${name}`], { stdio: 'inherit' }).status !== 0) over += 1;
}
console.log(over === 0 ? '\nall bars held' : `\n${over} of the measurements are over a bar`);
process.exit(over === 0 ? 0 : 1);
