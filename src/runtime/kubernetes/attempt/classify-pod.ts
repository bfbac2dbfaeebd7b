import { notShipped } from '../../../tracking/errors.ts';
import { agentExit } from '../../agent/agent-exit.ts';
import { podTerminated } from '../../agent/errors.ts';
import { type LastWord, parseLastWord } from '../../agent/last-word.ts';
import type { AttemptReport } from '../../attempt.ts';
import type { Job } from '../../job.ts';
import { type StopRequest, stopError } from '../../stop-request.ts';
import { podLost } from '../errors.ts';
import type { RunSighting } from '../follow/follow-run.ts';

/** What is said of a run whose pod has ended. */
type EndedJob = Pick<Job, 'name' | 'timeoutMs'>;

/** How a pod ended whose run's journal does not say how the run did: never completed on the word of an exit code. */
export function classifyPod(
  job: EndedJob,
  sighting: RunSighting | undefined,
  stopped: StopRequest | undefined,
): AttemptReport {
  const { ended } = sighting ?? {};
  const word = parseLastWord(ended?.message);
  const isPartLost = word?.shipped === false || (ended !== undefined && word === undefined);
  if (stopped) return isPartLost ? withLoss(stopReport(job, stopped)) : stopReport(job, stopped);
  if (word && ended) {
    const report = wordReport(job, word, ended.exitCode);
    return word.shipped === false ? withLoss(report) : report;
  }
  const { diagnosis, phase } = sighting ?? {};
  // what it was still waiting for did not end a run whose Job somebody deleted
  const isMoot = phase === 'gone' && diagnosis?.verdict === 'wait';
  const error = (isMoot ? undefined : diagnosis?.error) ?? goneError(job, phase);
  const exitCode = diagnosis?.trouble === 'exited' ? diagnosis.exitCode : undefined;
  return { state: 'error', error, ...(exitCode === undefined ? {} : { exitCode }), written: false };
}

function stopReport(job: EndedJob, stopped: StopRequest): AttemptReport {
  const error = stopError(job, stopped);
  if (stopped.cause === 'timeout') return { state: 'error', error, written: false };
  return { state: 'aborted', error, reason: stopped.reason, written: false };
}

function wordReport(
  job: EndedJob,
  { state, error, exit, reason }: LastWord,
  exitCode: number,
): AttemptReport {
  if (error?.code === podTerminated.code) return { state: 'error', error, written: false };
  if (exitCode === agentExit.unreported && error === undefined) return unreported(job, state);
  return {
    state,
    ...(error ? { error } : {}),
    ...(exit === undefined ? {} : { exitCode: exit }),
    ...(reason === undefined ? {} : { reason }),
    written: false,
  };
}

/** Nobody is to take for all of a run what is only a part of it. */
function withLoss(report: AttemptReport): AttemptReport {
  const { error } = report;
  if (!error || error.code === notShipped.code) return report;
  return {
    ...report,
    error: {
      ...error,
      message: `${error.message}; not all that it had logged came to the tracking server before its pod ended`,
      hint: 'the end of its output says what is missing; check the network between pods and server, or give runs that are stopped more time (`kubernetes.graceSeconds`)',
      details: { ...error.details, shipped: false },
    },
  };
}

/** What a run logged to the end is not all there: it cannot count as completed. */
function unreported({ name }: EndedJob, state: string): AttemptReport {
  const error = notShipped(
    `run "${name}" ended as ${state}, but its pod could not bring all that it logged to the tracking server`,
    {
      hint: 'see the end of its output for what is missing; check the network between pods and server, then run it again',
    },
  );
  return { state: 'error', error: error.toJSON(), written: false };
}

function goneError(
  { name }: EndedJob,
  phase: RunSighting['phase'] | undefined,
): NonNullable<AttemptReport['error']> {
  const what = phase === 'gone' ? 'was deleted from the cluster' : 'ended without saying how';
  return podLost(`the Job of run "${name}" ${what}`, {
    hint: 'somebody deleted it (`kubectl delete job`), or the namespace: run it again',
    details: { trouble: 'deleted' },
  }).toJSON();
}
