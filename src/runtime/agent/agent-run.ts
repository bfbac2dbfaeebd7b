import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { longestTimerMs } from '../../core/clock.ts';
import type { ErrorRecord } from '../../core/error.ts';
import { foldRun } from '../../tracking/fold.ts';
import type { HttpStore } from '../../tracking/http/http-store.ts';
import type { JournalEvent } from '../../tracking/journal-event.ts';
import type { RunRecord } from '../../tracking/run.ts';
import type { RunStore, RunWriter } from '../../tracking/store.ts';
import { runDirectory } from '../../tracking/store-layout.ts';
import type { AttemptOptions, AttemptReport } from '../attempt.ts';
import type { CapturedEnvironment } from '../capture-once.ts';
import { createdRun } from '../created-run.ts';
import { endEvent } from '../end-event.ts';
import type { Job } from '../job.ts';
import { OutputLog } from '../output-log.ts';
import type { ChildAttempt } from '../process/child-attempt.ts';
import { createRedactingWriter } from '../redact-event.ts';
import type { Redactor } from '../redactor.ts';
import { isRetried, renderRetry, retryDelay } from '../retry-policy.ts';
import type { LogChunk } from '../runtime.ts';
import type { StopRequest } from '../stop-request.ts';
import { takeJournal } from '../take-journal.ts';
import { watchLedgerForStop } from '../watch-stop.ts';
import { connectRun } from './connect-run.ts';
import { explainMemory } from './container-memory.ts';
import type { Delivery } from './delivery.ts';
import { guardOf } from './guard-of.ts';
import { attemptOf, createdOf, endOf, goOn } from './journal-so-far.ts';
import type { RunnerSeat } from './runner-seat.ts';
import { terminated, terminatedReport } from './terminated.ts';

/** What the runs of a pod share. */
export interface AgentRunSurroundings {
  readonly delivery: Delivery;
  /** Brings what is written to the tracking server. */
  readonly store: HttpStore;
  /** What the runner's process writes to. */
  readonly spool: RunStore;
  readonly redactor: Redactor;
  readonly seat: RunnerSeat;
  /** Fires when the pod is to end. */
  readonly terminating: AbortSignal;
  readonly connectMs: number;
  readonly onOutput: (stream: LogChunk['stream'], bytes: Uint8Array) => void;
  readonly log: (line: string) => void;
}

/** How a run of a pod ended. */
export interface AgentRunEnd {
  readonly report: AttemptReport;
  /** As its journal has it, where it says how the run ended. */
  readonly record?: RunRecord;
}

/**
 * One run of a pod, from its journal's coming here to the word that ends it. A run of its own is continued from what its submitter has
 * begun, one attempt of it; a trial is begun here, and all its attempts are made here.
 */
export class AgentRun {
  readonly #around: AgentRunSurroundings;
  readonly #isTrial: boolean;
  /** As the pod executes it: the agent says how the run ended. */
  #job: Job;
  #attempt: ChildAttempt | undefined;
  #record: RunRecord | undefined;

  constructor(job: Job, around: AgentRunSurroundings) {
    this.#around = around;
    this.#isTrial = around.delivery.trials !== undefined;
    this.#job = { ...job, lastWord: 'submitter' };
  }

  get uid(): string {
    return this.#job.uid;
  }

  stop(request: StopRequest): void {
    this.#attempt?.stop(request);
  }

  async run(): Promise<AgentRunEnd> {
    const events = await this.#connect();
    const ended = endOf(events);
    if (ended) return { report: ended, record: foldRun(events) };
    if (this.#around.terminating.aborted) return { report: terminatedReport(this.#job) };
    this.#job = { ...this.#job, attempt: attemptOf(events, this.#job) };
    const report = await this.#execute(events);
    return { report, ...(this.#record ? { record: this.#record } : {}) };
  }

  #connect(): Promise<readonly JournalEvent[]> {
    const { store, redactor, terminating, connectMs, log } = this.#around;
    const { uid } = this.#job;
    const created = createdRun(this.#job, 'kubernetes', redactor);
    return connectRun({
      store,
      connect: () => (this.#isTrial ? store.beginRun(created) : store.adoptRun(uid)),
      withinMs: connectMs,
      signal: terminating,
      onFailure: (error) => log(`${error.message}; trying again`),
    });
  }

  async #execute(events: readonly JournalEvent[]): Promise<AttemptReport> {
    const { spool, redactor, onOutput, terminating } = this.#around;
    const { project, uid, storeDirectory } = this.#job;
    const file = path.join(runDirectory(storeDirectory, project, uid), 'output.log');
    const output = new OutputLog(file, redactor, onOutput);
    const common = { store: spool, output, created: createdOf(events) };
    let report = await this.#attemptRun({ ...common, writer: goOn(spool, this.#job, events) });
    while (this.#isRetriedHere(report)) {
      const writer = await this.#waitForRetry(report.error, common);
      if (terminating.aborted) {
        writer.close();
        report = terminatedReport(this.#job);
      } else report = await this.#attemptRun({ ...common, writer });
    }
    output.end();
    return this.#sayEnd(common.created, report);
  }

  async #attemptRun(
    options: Pick<AttemptOptions, 'store' | 'output' | 'created' | 'writer'>,
  ): Promise<AttemptReport> {
    const { delivery, seat } = this.#around;
    const explain = explainMemory();
    const attempt = seat.launch({
      ...options,
      job: this.#job,
      secrets: delivery.secrets,
      ...guardOf(delivery),
      // a trial runs where the sweep that it belongs to does
      ...(this.#isTrial ? {} : { environment: Promise.resolve(capturedHere(delivery)) }),
    });
    const report = await this.#follow(attempt);
    return report.error === undefined ? report : { ...report, error: explain(this.#job, report.error) };
  }

  #isRetriedHere(report: AttemptReport): report is AttemptReport & { readonly error: ErrorRecord } {
    if (!this.#isTrial || report.error === undefined || this.#around.terminating.aborted) return false;
    return report.state === 'error' && isRetried(this.#job, report.error);
  }

  async #waitForRetry(
    error: ErrorRecord,
    { store, output, created }: Pick<AttemptOptions, 'store' | 'output' | 'created'>,
  ): Promise<RunWriter> {
    const { redactor, terminating } = this.#around;
    const { attempt, retry } = this.#job;
    const delayMs = retryDelay(retry, attempt);
    const writer = createRedactingWriter(takeJournal(store, created), redactor);
    writer.append({ kind: 'attempt', attempt: attempt + 1, error, delayMs });
    output.write('stderr', renderRetry(attempt, error, delayMs));
    this.#job = { ...this.#job, attempt: attempt + 1 };
    await delay(delayMs, undefined, { signal: terminating }).catch(() => undefined);
    return writer;
  }

  async #follow(attempt: ChildAttempt): Promise<AttemptReport> {
    const job = this.#job;
    this.#attempt = attempt;
    if (this.#around.terminating.aborted) attempt.stop(terminated);
    const watch = watchLedgerForStop(job, (reason) => attempt.stop({ cause: 'abort', reason }));
    const overtime = (): void => attempt.stop({ cause: 'timeout', reason: 'the time is over' });
    const timer =
      job.timeoutMs === undefined ? undefined : setTimeout(overtime, Math.min(job.timeoutMs, longestTimerMs));
    const report = await attempt.report;
    clearTimeout(timer);
    watch.cancel();
    return report;
  }

  /** Whoever drives the attempts says the last word where there is another one, or where the pod was only taken away. */
  #sayEnd(created: AttemptOptions['created'], report: AttemptReport): AttemptReport {
    const { state, error, reason } = report;
    if (state === 'aborted' && reason === terminated.reason) return terminatedReport(this.#job);
    const { delivery, spool, redactor } = this.#around;
    if (delivery.job.lastWord === 'submitter' || (error && isRetried(this.#job, error))) return report;
    const writer = createRedactingWriter(takeJournal(spool, created), redactor);
    writer.append(endEvent(report));
    this.#record = writer.record();
    writer.close();
    return { ...report, written: true };
  }
}

/** Git state and packages are the submitter's; what executes is here. */
function capturedHere({ submission: { captured } }: Delivery): CapturedEnvironment | undefined {
  if (!captured) return undefined;
  const here = { node: process.version, platform: `${process.platform}-${process.arch}`, host: hostname() };
  return { ...captured, environment: { ...captured.environment, ...here } };
}
