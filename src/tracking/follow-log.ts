import path from 'node:path';
import { watchDirectory } from './follow-change.ts';
import { readFrom } from './ledger.ts';

export interface FollowLogOptions {
  /** Byte to start at. @default 0 */
  readonly offset?: number;
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
  /** Whether the run has ended, so that nothing more will be written. */
  readonly hasEnded: () => boolean | Promise<boolean>;
}

const pollMs = 500;

/** The bytes of a run's output file as they come; a file that is not there yet is waited for while the run goes on. */
export async function* followLog(file: string, options: FollowLogOptions): AsyncGenerator<Uint8Array> {
  const { follow = false, signal, hasEnded } = options;
  let offset = options.offset ?? 0;
  const changes = follow ? watchDirectory(path.dirname(file)) : undefined;
  try {
    while (!signal?.aborted) {
      // asked before reading: what was written before the end is then read for sure
      const ended = !changes || (await hasEnded());
      const bytes = readFrom(file, offset);
      offset += bytes.length;
      if (bytes.length > 0) yield bytes;
      else if (ended) return;
      else await changes.next(pollMs, signal);
    }
  } finally {
    changes?.close();
  }
}
