import type { JournalEvent } from '../../tracking/journal-event.ts';
import { terminalStates } from '../../tracking/run.ts';
import type { RunStore, RunWriter } from '../../tracking/store.ts';
import type { AttemptReport, CreatedRun } from '../attempt.ts';
import type { Job } from '../job.ts';
import { podTerminated } from './errors.ts';

/** The journal as this attempt goes on with it. Where another pod was at work before, the run starts over. */
export function goOn(store: RunStore, job: Job, events: readonly JournalEvent[]): RunWriter {
  const writer = store.openRun(job.uid);
  const begun = events.findLast(({ kind }) => kind === 'state' || kind === 'attempt');
  if (begun?.kind !== 'state') return writer;
  const error = podTerminated(`the pod that run "${job.name}" was in before has gone`, {
    hint: 'the cluster took it away and started another one',
  });
  writer.append({ kind: 'attempt', attempt: job.attempt, error: error.toJSON(), delayMs: 0 });
  return writer;
}

/** What a journal begins with. */
export function createdOf([first]: readonly JournalEvent[]): CreatedRun {
  if (first?.kind !== 'created') throw new Error('a journal begins with what its run is');
  const { seq: _seq, time: _time, kind: _kind, ...created } = first;
  return created;
}

/** Which attempt it is that a pod is to make: as its journal says, where others were made in pods before. */
export function attemptOf(events: readonly JournalEvent[], { attempt }: Job): number {
  const last = events.findLast((event) => event.kind === 'attempt');
  return last?.kind === 'attempt' ? Math.max(attempt, last.attempt) : attempt;
}

/** How a run ended that has ended already. */
export function endOf(events: readonly JournalEvent[]): AttemptReport | undefined {
  const last = events.findLast(({ kind }) => kind === 'state' || kind === 'attempt');
  if (last?.kind !== 'state' || !terminalStates.has(last.state)) return undefined;
  const state = last.state === 'completed' || last.state === 'aborted' ? last.state : 'error';
  return { state, ...(last.error ? { error: last.error } : {}), written: true };
}
