import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

// loaded before the command line: kills it, as by kill -9, at a record of the journals that it writes. SLIPWAY_TEST_KILL is
// `<how> <number>`: `after` the record is written, or `torn`, when half of it is. Without a number it tells how many there were.
const [how = '', number = ''] = (process.env.SLIPWAY_TEST_KILL ?? '').split(' ');
// processes that it starts are none of ours
delete process.env.SLIPWAY_TEST_KILL;

if (how !== '') {
  const journals = new Set();
  const { openSync, closeSync, writeSync } = fs;
  let records = 0;
  fs.openSync = (file, ...rest) => {
    const handle = openSync(file, ...rest);
    // a new one is written aside until it is placed
    if (/events\.jsonl(\.\w+\.tmp)?$/.test(String(file))) journals.add(handle);
    return handle;
  };
  fs.closeSync = (handle) => {
    journals.delete(handle);
    closeSync(handle);
  };
  fs.writeSync = (handle, data, ...rest) => {
    if (!journals.has(handle)) return writeSync(handle, data, ...rest);
    records += 1;
    if (records !== Number(number)) return writeSync(handle, data, ...rest);
    const bytes = Buffer.from(data);
    writeSync(handle, how === 'torn' ? bytes.subarray(0, bytes.length >> 1) : bytes);
    process.kill(process.pid, 'SIGKILL');
    for (;;);
  };
  syncBuiltinESMExports();
  if (number === '') process.on('exit', () => writeSync(2, `\nrecords: ${records}\n`));
}
