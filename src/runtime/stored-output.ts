import { StringDecoder } from 'node:string_decoder';
import type { RunStore } from '../tracking/store.ts';
import type { LogChunk } from './runtime.ts';

/** The output of a run that executes elsewhere, as it comes to the store, until the run has ended. Its streams are one there. */
export async function* storedOutput(store: RunStore, uid: string): AsyncGenerator<LogChunk> {
  const decoder = new StringDecoder('utf8');
  for await (const bytes of store.logs(uid, { follow: true })) {
    const text = decoder.write(Buffer.from(bytes));
    if (text !== '') yield { stream: 'stdout', text };
  }
}
