import { openArtifact } from '../../../data/open-artifact.ts';
import type { RunRecord } from '../../../tracking/run.ts';
import type { RunStore } from '../../../tracking/store.ts';
import { plotPreview } from '../plot-output.ts';
import { RunTracker } from './run-tracker.ts';
import type { RunView } from './run-view.ts';

/** What the card of a run shows that the store has: its points, the end of its output, its plots. */
export async function viewRun(store: RunStore, record: RunRecord): Promise<RunView> {
  const tracker = new RunTracker();
  for await (const event of store.events(record.uid)) tracker.event(event);
  await readLogs(store, record.uid, (text) => tracker.log('stdout', text));
  for (const { id, runUid } of record.steps ?? [])
    if (runUid !== undefined) await readLogs(store, runUid, (text) => tracker.stepLog(id, 'stdout', text));
  for (const artifact of record.artifacts) {
    const preview = await plotPreview(artifact, openArtifact(store, artifact));
    if (preview !== undefined) tracker.preview(artifact, preview);
  }
  tracker.end(record);
  return tracker.view(Date.now());
}

async function readLogs(store: RunStore, uid: string, take: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of store.logs(uid)) take(decoder.decode(chunk, { stream: true }));
  take(decoder.decode());
}
