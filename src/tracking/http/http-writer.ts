import type { EventBody, JournalEvent } from '../journal-event.ts';
import { type RunRecord, terminalStates } from '../run.ts';
import type { RunWriter } from '../store.ts';
import type { RunShipper } from './run-shipper.ts';

/** A writer of the local store whose events also go to the server, behind its back: an append costs no more for it. */
export function createHttpWriter(local: RunWriter, shipper: RunShipper, onClose: () => void): RunWriter {
  return {
    get uid(): string {
      return local.uid;
    },
    get lastSeq(): number {
      return local.lastSeq;
    },
    directory: local.directory,
    logFile: local.logFile,
    append(event: EventBody): JournalEvent {
      const appended = local.append(event);
      shipper.notify();
      return appended;
    },
    record: (): RunRecord => local.record(),
    close(): void {
      local.close();
      // output follows an ended run in its own time, but whoever goes on with one reads its journal next
      if (terminalStates.has(local.record().state)) shipper.notify();
      else shipper.handOver();
      onClose();
    },
  };
}
