import { type FSWatcher, watch } from 'node:fs';
import { type LedgerEntry, readLedger } from './ledger.ts';
import { ledgerFile } from './store-layout.ts';

/** Milliseconds between looks, where the system does not tell of changes. */
const lookMs = 250;

/** Calls back for every fact that is added to a project's ledger from now on. Gives the way to stop that; does not keep the process alive. */
export function followLedger(
  storeDirectory: string,
  project: string,
  onFact: (fact: LedgerEntry['fact']) => void,
): () => void {
  const file = ledgerFile(storeDirectory, project);
  let { offset } = readLedger(file);
  const look = (): void => {
    const tail = readLedger(file, offset);
    offset = tail.offset;
    for (const { fact } of tail.entries) onFact(fact);
  };
  const timer = setInterval(look, lookMs).unref();
  const watcher = watchFile(file, look);
  return () => {
    clearInterval(timer);
    watcher?.close();
  };
}

/** Where a file cannot be watched (no handles left, some network disks), the looks every now and then remain. */
function watchFile(file: string, onChange: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(file, { persistent: false }, onChange);
    return watcher.on('error', () => watcher.close());
  } catch {
    return undefined;
  }
}
