import { isoTime } from '../../core/clock.ts';
import { createUid } from '../../core/id.ts';
import type { RunRecord } from '../../tracking/run.ts';
import type { Workspace } from '../workspace.ts';
import { findNotification } from './project-notifications.ts';
import { sendNotification } from './send/send-notification.ts';

/**
 * Sends a notification of project.yaml once, about the latest run, or a made-up one in a project without. Throws why it cannot be sent:
 * NOTIFICATION_NOT_FOUND, NOTIFICATION_REFUSED, NOTIFICATION_UNDELIVERED, SECRET_MISSING.
 */
export async function testNotification(
  workspace: Workspace,
  name: string,
  { signal, print }: { readonly signal: AbortSignal; readonly print: (line: string) => void },
): Promise<RunRecord> {
  const entry = findNotification(workspace.project, name);
  const [latest] = (await workspace.store.searchRuns({ limit: 1 })).runs;
  const record = latest ?? sampleRecord(workspace.project.name);
  const result = await sendNotification(entry, record, { env: workspace.env, print, signal });
  if (!result.sent) throw result.error;
  return record;
}

function sampleRecord(project: string): RunRecord {
  const now = isoTime(Date.now());
  return {
    uid: createUid(),
    name: 'test',
    project,
    kind: 'run',
    state: 'completed',
    params: {},
    inputs: {},
    results: { answer: 42 },
    metrics: {},
    artifacts: [],
    labels: {},
    createdAt: now,
    startedAt: now,
    endedAt: now,
  };
}
