import path from 'node:path';
import { longestTimerMs } from '../core/clock.ts';
import { type ErrorRecord, errorRecord } from '../core/error.ts';
import { foldRun } from '../tracking/fold.ts';
import { serverOf } from '../tracking/http/served-store.ts';
import { openLocalStore } from '../tracking/local/local-store.ts';
import type { RunRecord } from '../tracking/run.ts';
import type { RunStore, RunWriter } from '../tracking/store.ts';
import { runDirectory } from '../tracking/store-layout.ts';
import type { AttemptReport, CreatedRun, Launcher, RunningAttempt } from './attempt.ts';
import { type CapturedEnvironment, captureOnce } from './capture-once.ts';
import { createdRun } from './created-run.ts';
import { endEvent } from './end-event.ts';
import type { Job } from './job.ts';
import { OutputLog } from './output-log.ts';
import { createRedactingWriter } from './redact-event.ts';
import { createRedactor, type Redactor } from './redactor.ts';
import { isRetried, renderRetry, retryDelay } from './retry-policy.ts';
import type { RunningJob, RunOutcome, SubmitOptions } from './runtime.ts';
import { type StopRequest, stopError } from './stop-request.ts';
import { storedOutput } from './stored-output.ts';
import { takeJournal } from './take-journal.ts';
import { watchLedgerForStop } from './watch-stop.ts';

/**
 * Starts a run on a launcher: creates its journal, drives attempts, timeouts, retries and stop requests, and appends how the run
 * ended where its runner could not. Rejects only if the journal cannot be created.
 */
export function submitRun(launcher: Launcher, job: Job, options: SubmitOptions = {}): RunningJob {
  const store = options.store ?? openLocalStore({ directory: job.storeDirectory, project: job.project });
  const submission = new Submission(launcher, job, { ...options, store });
  const ended = submission.run();
  const { remote } = launcher.capabilities;
  return {
    uid: job.uid,
    events: () => (remote ? store : localOf(store, job)).events(job.uid, { follow: true }),
    // what executes elsewhere is printed there
    logs: () => (remote ? storedOutput(store, job.uid) : submission.output.chunks()),
    wait: () => ended,
    async abort(reason) {
      submission.stop({ cause: 'abort', reason });
      await ended;
    },
  };
}

/** What executes on this machine is written here first, also where a server keeps it, which may be away. */
function localOf(store: RunStore, { storeDirectory: directory, project }: Job): RunStore {
  return serverOf(store) === undefined ? store : openLocalStore({ directory, project });
}

class Submission {
  readonly output: OutputLog;
  readonly #launcher: Launcher;
  readonly #job: Job;
  readonly #options: SubmitOptions & { readonly store: RunStore };
  readonly #redactor: Redactor;
  readonly #created: CreatedRun;
  #writer: RunWriter | undefined;
  #attempt: RunningAttempt | undefined;
  #stopped: StopRequest | undefined;
  #endWait: () => void = () => undefined;

  constructor(launcher: Launcher, job: Job, options: SubmitOptions & { readonly store: RunStore }) {
    this.#launcher = launcher;
    this.#job = job;
    this.#options = options;
    this.#redactor = createRedactor(options.secrets);
    this.#created = createdRun(job, launcher.name, this.#redactor);
    // elsewhere a run can only go on with a journal that is there
    if (!options.deferJournal || launcher.capabilities.remote) this.#createJournal();
    const directory = runDirectory(job.storeDirectory, job.project, job.uid);
    this.output = new OutputLog(path.join(directory, 'output.log'), this.#redactor);
  }

  async run(): Promise<RunOutcome> {
    const { signal } = this.#options;
    const onAbort = (): void => this.stop({ cause: 'abort', reason: abortReason(signal) });
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
    const watch = watchLedgerForStop(this.#job, (reason) => this.stop({ cause: 'abort', reason }));
    try {
      return await this.#drive();
    } catch (error) {
      return this.#outcomeWithoutJournal(errorRecord(error));
    } finally {
      watch.cancel();
      signal?.removeEventListener('abort', onAbort);
      this.output.end();
    }
  }

  stop(request: StopRequest): void {
    this.#stopped ??= request;
    this.#attempt?.stop(this.#stopped);
    this.#endWait();
  }

  async #drive(): Promise<RunOutcome> {
    await this.#pause(this.#options.continues?.delayMs ?? 0);
    for (let number = this.#job.attempt; ; number++) {
      const job = { ...this.#job, attempt: number };
      const report = this.#stopped ? stopReport(job, this.#stopped) : await this.#runAttempt(job);
      if (report.written) return this.#outcomeOf(report);
      const writer = this.#takeOver();
      if (this.#stopped && report.state !== 'completed')
        // what is known of how it stopped is more than that it was asked to
        return this.#lastWord(writer, report.state === 'aborted' ? report : stopReport(job, this.#stopped));
      if (!report.error || !isRetried(job, report.error)) return this.#lastWord(writer, report);
      await this.#waitForRetry(writer, number, report.error);
    }
  }

  async #runAttempt(job: Job): Promise<AttemptReport> {
    const { store, secrets = {}, live } = this.#options;
    // trials and steps run where the run they belong to does
    const environment = job.parent === undefined ? captureSoon(job.workingDirectory) : undefined;
    const attempt = this.#launcher.launch({
      job,
      store,
      writer: this.#writer,
      created: this.#created,
      secrets,
      output: this.output,
      ...(live ? { live } : {}),
      ...(environment ? { environment } : {}),
    });
    this.#attempt = attempt;
    if (this.#stopped) attempt.stop(this.#stopped);
    const reason = 'the time is over';
    let timer: NodeJS.Timeout | undefined;
    const { timeoutMs } = job;
    if (timeoutMs !== undefined) {
      const stop = (): void => attempt.stop({ cause: 'timeout', reason });
      const start = (): void => {
        timer = setTimeout(stop, Math.min(timeoutMs, longestTimerMs));
      };
      if (attempt.started) void attempt.started.then(start);
      else start();
    }
    const report = await attempt.report;
    clearTimeout(timer);
    this.#attempt = undefined;
    return report;
  }

  async #waitForRetry(writer: RunWriter, number: number, error: ErrorRecord): Promise<void> {
    const delayMs = retryDelay(this.#job.retry, number);
    writer.append({ kind: 'attempt', attempt: number + 1, error, delayMs });
    this.output.write('stderr', renderRetry(number, error, delayMs));
    await this.#pause(delayMs);
  }

  /** Ends early when the run is to stop. */
  async #pause(delayMs: number): Promise<void> {
    if (delayMs === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, delayMs);
      this.#endWait = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#stopped) this.#endWait();
    });
  }

  async #lastWord(writer: RunWriter, report: AttemptReport): Promise<RunOutcome> {
    const { beforeLastWord } = this.#options;
    const error = beforeLastWord
      ? await beforeLastWord(writer, report).catch((thrown: unknown) => errorRecord(thrown))
      : report.error;
    const state = error && report.state === 'completed' ? 'error' : report.state;
    const { exitCode, reason } = report;
    writer.append(endEvent({ state, error, exitCode, reason }));
    const record = writer.record();
    writer.close();
    return outcome(record);
  }

  async #outcomeOf(report: AttemptReport): Promise<RunOutcome> {
    return outcome(report.record ?? (await this.#options.store.getRun(this.#job.uid)));
  }

  /** The disk is full or the journal damaged: nothing can be written, but the caller is told. */
  #outcomeWithoutJournal(error: ErrorRecord): RunOutcome {
    const record: RunRecord = {
      ...(this.#writer?.record() ?? foldRun([])),
      ...this.#identity(),
      state: 'error',
      error,
    };
    this.#writer?.close();
    return { state: 'error', record, error };
  }

  #identity(): Pick<RunRecord, 'uid' | 'name' | 'project' | 'kind'> {
    const { uid, name, project, runKind: kind } = this.#job;
    return { uid, name, project, kind };
  }

  /** The journal is ours again after an attempt: from here on this process is the one that says how it goes on. */
  #takeOver(): RunWriter {
    const { store } = this.#options;
    this.#writer?.close();
    this.#writer = createRedactingWriter(takeJournal(store, this.#created), this.#redactor);
    return this.#writer;
  }

  #createJournal(): void {
    const { store, continues } = this.#options;
    const journal =
      continues === undefined ? store.createRun(this.#created) : store.openRun(this.#created.uid);
    this.#writer = createRedactingWriter(journal, this.#redactor);
    if (continues !== undefined)
      this.#writer.append({ kind: 'attempt', attempt: this.#job.attempt, ...continues });
  }
}

function stopReport(job: Job, stop: StopRequest): AttemptReport {
  return { state: 'aborted', error: stopError(job, stop), reason: stop.reason, written: false };
}

function outcome(record: RunRecord): RunOutcome {
  return { state: record.state, record, ...(record.error ? { error: record.error } : {}) };
}

function abortReason(signal: AbortSignal | undefined): string {
  const reason: unknown = signal?.reason;
  if (typeof reason === 'string') return reason;
  // an AbortController without a reason gives a DOMException whose text says nothing
  if (reason instanceof Error && reason.name !== 'AbortError') return reason.message;
  return 'it was asked to stop';
}

/** After the run's own process has been started: git, which is asked for the state of the sources, can start meanwhile. */
function captureSoon(directory: string): Promise<CapturedEnvironment | undefined> {
  return new Promise((resolve) => setImmediate(() => resolve(captureOnce(directory))));
}
