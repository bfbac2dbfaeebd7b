import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { createUid } from '../../../src/core/id.ts';
import type { CreatedEvent, EventBody } from '../../../src/tracking/journal-event.ts';
import type { ArtifactRecord } from '../../../src/tracking/run.ts';
import type { RunStore } from '../../../src/tracking/store.ts';

/** One store that several clients can open; `open` gives a new client each time. */
export interface StoreUnderTest {
  open(): Promise<RunStore>;
  dispose(): Promise<void>;
}

/** An empty store for the project `demo` with two clients, which are there once a test runs. */
export interface OpenedRunStore {
  readonly store: RunStore;
  readonly other: RunStore;
  /** Another empty store. */
  readonly create: () => Promise<StoreUnderTest>;
  /** What a new run begins with. */
  readonly created: (more?: Partial<CreatedEvent>) => Omit<CreatedEvent, 'kind'>;
  /** uid of a run that has completed. */
  readonly finished: (more?: Partial<CreatedEvent>, events?: readonly EventBody[]) => string;
  /** An artifact of a run that has completed. */
  readonly finishedWithFile: (key: string, text: string) => Promise<ArtifactRecord>;
}

export const metric = (key: string, value: number, step?: number): EventBody => ({
  kind: 'metric',
  key,
  value,
  ...(step === undefined ? {} : { step }),
});

/** Opens one before each test of the suite that calls this, and closes it after. */
export function openRunStore(create: () => Promise<StoreUnderTest>): OpenedRunStore {
  let subject: StoreUnderTest;
  let store: RunStore;
  let other: RunStore;
  beforeEach(async () => {
    subject = await create();
    store = await subject.open();
    other = await subject.open();
  });
  afterEach(async () => {
    await store.close();
    await other.close();
    await subject.dispose();
  });

  const created = (more: Partial<CreatedEvent> = {}): Omit<CreatedEvent, 'kind'> => ({
    uid: createUid(),
    name: 'train',
    project: 'demo',
    runKind: 'run',
    params: {},
    inputs: {},
    labels: {},
    ...more,
  });
  const finished = (more: Partial<CreatedEvent> = {}, events: readonly EventBody[] = []): string => {
    const writer = store.createRun(created(more));
    for (const event of [{ kind: 'state', state: 'running' } as const, ...events]) writer.append(event);
    writer.append({ kind: 'state', state: 'completed' });
    writer.close();
    return writer.uid;
  };
  const logFile = async (uid: string, key: string, text: string): Promise<ArtifactRecord> => {
    const staging = await store.createStaging();
    writeFileSync(path.join(staging, 'content.txt'), text);
    const stored = await store.putArtifact(staging, { directory: false });
    const uri = `store://demo/${key}@${stored.digest}`;
    return { key, kind: 'file', uri, producer: uid, ...stored };
  };
  const finishedWithFile = async (key: string, text: string): Promise<ArtifactRecord> => {
    const writer = store.createRun(created());
    const artifact = await logFile(writer.uid, key, text);
    writer.append({ kind: 'artifact', artifact });
    writer.append({ kind: 'state', state: 'completed' });
    writer.close();
    return artifact;
  };
  return {
    get store() {
      return store;
    },
    get other() {
      return other;
    },
    create,
    created,
    finished,
    finishedWithFile,
  };
}
