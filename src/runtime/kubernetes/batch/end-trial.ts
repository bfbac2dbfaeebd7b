import path from 'node:path';
import type { ErrorRecord } from '../../../core/error.ts';
import type { RunRecord } from '../../../tracking/run.ts';
import type { RunStore, RunWriter } from '../../../tracking/store.ts';
import { runDirectory } from '../../../tracking/store-layout.ts';
import type { AttemptReport } from '../../attempt.ts';
import { createdRun } from '../../created-run.ts';
import { endEvent } from '../../end-event.ts';
import type { Job } from '../../job.ts';
import { OutputLog } from '../../output-log.ts';
import { createRedactingWriter } from '../../redact-event.ts';
import type { Redactor } from '../../redactor.ts';
import { renderRetry } from '../../retry-policy.ts';
import type { RunOutcome } from '../../runtime.ts';
import { takeJournal } from '../../take-journal.ts';
import type { ApiClient } from '../api/api-client.ts';
import { rescueOutput } from '../attempt/rescue-output.ts';
import type { StorePatience } from '../attempt/store-patience.ts';
import type { LogSource } from '../logs/read-log.ts';

/** What the journal of a trial is completed with whose pod did not come to its last word. */
export interface SilentEnd {
  readonly store: RunStore;
  readonly redactor: Redactor;
  readonly patience: StorePatience;
  readonly client: ApiClient;
  /** The trial as a job, with the number of its attempt. */
  readonly job: Job;
  /** Where its output is that did not come to the store. */
  readonly log?: LogSource;
}

/** Says how a trial ended whose pod could not; begins the journal of one whose pod never came to it. */
export async function endTrial(end: SilentEnd, report: AttemptReport): Promise<RunOutcome> {
  const record = await goOn(end, undefined, (writer) => writer.append(endEvent(report)));
  return { state: record.state, record, ...(record.error ? { error: record.error } : {}) };
}

/** Says that the cluster starts a trial over, and why. */
export async function restartTrial(end: SilentEnd, error: ErrorRecord): Promise<void> {
  const { attempt } = end.job;
  await goOn(end, renderRetry(attempt, error, 0), (writer) =>
    writer.append({ kind: 'attempt', attempt: attempt + 1, error, delayMs: 0 }),
  );
}

async function goOn(
  { store, redactor, patience, client, job, log }: SilentEnd,
  said: string | undefined,
  append: (writer: RunWriter) => unknown,
): Promise<RunRecord> {
  const created = createdRun(job, 'kubernetes', redactor);
  const writer = createRedactingWriter(await patience.ask(() => takeJournal(store, created)), redactor);
  try {
    const file = path.join(runDirectory(job.storeDirectory, job.project, job.uid), 'output.log');
    const output = new OutputLog(file, redactor);
    if (log) await patience.ask(() => rescueOutput(client, log, { store, uid: job.uid, output }));
    if (said !== undefined) output.write('stderr', said);
    output.end();
    append(writer);
    return writer.record();
  } finally {
    writer.close();
  }
}
