import { appendFileSync } from 'node:fs';
import { createUid } from '../../../src/core/id.ts';
import type { EventBody } from '../../../src/tracking/journal-event.ts';
import { openLocalStore } from '../../../src/tracking/local/local-store.ts';
import type { RunKind, RunRecord } from '../../../src/tracking/run.ts';
import type { RunStore } from '../../../src/tracking/store.ts';
import { tempDirectory } from '../../tracking/temp-directory.ts';

export interface RecordedRun {
  readonly store: RunStore;
  readonly record: RunRecord;
}

export interface RunOptions {
  readonly name?: string;
  readonly kind?: RunKind;
  readonly params?: RunRecord['params'];
  readonly output?: string;
  readonly store?: RunStore;
}

export const createStore = (): RunStore => openLocalStore({ directory: tempDirectory(), project: 'demo' });

/** A run in a store, as its journal tells it. */
export async function recordRun(
  events: readonly EventBody[],
  options: RunOptions = {},
): Promise<RecordedRun> {
  const { name = 'train', kind = 'run', params = { depth: 4 }, output, store = createStore() } = options;
  const uid = createUid();
  const writer = store.createRun({
    uid,
    name,
    project: 'demo',
    runKind: kind,
    params,
    inputs: {},
    labels: {},
  });
  writer.append({ kind: 'state', state: 'running' });
  if (output !== undefined) appendFileSync(writer.logFile, output);
  for (const event of events) writer.append(event);
  writer.close();
  return { store, record: await store.getRun(uid) };
}
