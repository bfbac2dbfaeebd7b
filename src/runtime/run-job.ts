import { type ErrorRecord, errorRecord, isSlipwayError } from '../core/error.ts';
import type { Json } from '../core/json.ts';
import type { DataItem } from '../data/data-item.ts';
import { reviveArguments } from '../functions/revive-arguments.ts';
import { userErrorRecord } from '../functions/user-error.ts';
import { validateArguments } from '../functions/validate-arguments.ts';
import type { RunStore, RunWriter } from '../tracking/store.ts';
import type { AttemptReport } from './attempt.ts';
import type { CapturedEnvironment } from './capture-once.ts';
import type { Handler } from './context.ts';
import { createContext, type OpenContext } from './create-context.ts';
import { type Heartbeat, startHeartbeat } from './heartbeat.ts';
import type { Interruption } from './interruption.ts';
import type { Job } from './job.ts';
import { monotonicMs } from './monotonic.ts';
import { openInputs } from './open-inputs.ts';
import { createRandom } from './random.ts';
import { recordEnvironment } from './record-environment.ts';
import { recordResults } from './record-results.ts';
import { createRedactingWriter, redactError } from './redact-event.ts';
import { createRedactor, type Redactor } from './redactor.ts';
import { isRetried } from './retry-policy.ts';
import type { RunScope } from './run-scope.ts';
import { defaultGraceMs, type StopRequest, stopError } from './stop-request.ts';

/** What the runner is given by the shell around it. */
export interface RunJobOptions {
  readonly job: Job;
  readonly store: RunStore;
  /** The run's journal, which the runner takes over and closes. */
  readonly writer: RunWriter;
  readonly secrets: Readonly<Record<string, string>>;
  /** Gives the function to call; what it throws is a failure at import. */
  readonly loadHandler: () => Promise<Handler>;
  /** Fires, with a `StopRequest` as its reason, when the run is to end. */
  readonly signal: AbortSignal;
  readonly interruption: Interruption;
  /** Calls with the scope as the current one. */
  readonly enter: <Value>(scope: RunScope, call: () => Value) => Value;
  readonly writeLog: (line: string) => void;
  readonly environment?: Promise<CapturedEnvironment | undefined>;
  readonly onSignalUsed?: () => void;
  /** Told when user code begins and ends to run. */
  readonly userCode?: (running: boolean) => void;
  /** Said to the user when a run was ended whose handler could not be. */
  readonly abandonedHint?: string;
}

type Outcome = Pick<AttemptReport, 'state' | 'error' | 'exitCode' | 'reason'>;

/**
 * Executes one attempt of a job in this process: the only place where user code of runs is called. Everything the run does
 * goes to its journal; the report says how it ended and whether the journal says so already. Never rejects because of user code.
 */
export function runJob(options: RunJobOptions): Promise<AttemptReport> {
  return new Attempt(options).run();
}

class Attempt {
  readonly #options: RunJobOptions;
  readonly #redactor: Redactor;
  readonly #writer: RunWriter;
  readonly #scope: RunScope;
  #open: OpenContext | undefined;
  #heartbeat: Heartbeat | undefined;
  #signalUsed = false;

  constructor(options: RunJobOptions) {
    this.#options = options;
    this.#redactor = createRedactor(options.secrets);
    this.#writer = createRedactingWriter(options.writer, this.#redactor);
    this.#scope = { uid: options.job.uid };
  }

  async run(): Promise<AttemptReport> {
    this.#writer.append({ kind: 'state', state: 'running' });
    this.#heartbeat = startHeartbeat((event) => void this.#writer.append(event), {
      brief: this.#options.job.runKind === 'trial',
    });
    const outcome = await this.#outcome();
    const stopped = this.#options.signal.aborted;
    this.#options.userCode?.(false);
    // what was being saved when the handler failed is kept; a run that is to stop does not wait for it
    if (!stopped) await this.#open?.settle();
    await this.#recordEnvironment(stopped);
    return this.#finish(redactOutcome(outcome, this.#redactor));
  }

  /** It was captured while the handler ran; a run that is to stop takes only what is known by now. */
  async #recordEnvironment(stopped: boolean): Promise<void> {
    const { job, store, environment } = this.#options;
    const captured = await (stopped ? Promise.race([environment, undefined]) : environment);
    await recordEnvironment({ job, store, captured, redactor: this.#redactor }, this.#writer);
  }

  /** How the attempt ends: by its handler, by something that went astray, or because it was asked to. */
  async #outcome(): Promise<Outcome> {
    const { job, interruption, signal } = this.#options;
    const stopped = this.#stopped();
    const startedAt = monotonicMs();
    const handled = this.#execute().then(
      (): Outcome => ({ state: 'completed' }),
      (error: unknown): Outcome => ({ state: 'error', error: this.#describe(error) }),
    );
    const outcome = await Promise.race([
      handled,
      stopped.promise,
      interruption.promise.then(() => undefined),
    ]);
    stopped.cancel();
    const hint = outcome === undefined ? this.#options.abandonedHint : undefined;
    if (signal.aborted) return stopOutcome(job, signal.reason as StopRequest, hint);
    if (interruption.first) return { state: 'error', ...interruption.first };
    // a busy handler keeps the timer that should have stopped it from firing
    if (monotonicMs() - startedAt > (job.timeoutMs ?? Number.POSITIVE_INFINITY))
      return stopOutcome(job, { cause: 'timeout', reason: 'the time is over' });
    return outcome ?? { state: 'completed' };
  }

  async #execute(): Promise<void> {
    const { job, store, enter, loadHandler } = this.#options;
    const { userCode } = this.#options;
    userCode?.(true);
    const handler = await enter(this.#scope, loadHandler);
    const params = this.#params();
    const inputs = await openInputs(job, store, (event) => void this.#writer.append(event));
    const open = this.#openContext(params, inputs);
    // dates, bigints and maps travel as JSON and become themselves again here
    const args = { ...reviveArguments(job.handler, params), ...inputs };
    const returned = await enter(this.#scope, () => handler(open.context, args));
    await recordResults(open, returned, job);
    userCode?.(false);
    await open.settle();
  }

  /** The params with the handler's defaults; what the submitter did not have is added to the journal. */
  #params(): Readonly<Record<string, Json>> {
    const { job } = this.#options;
    const { params } = validateArguments(job.handler, { params: job.params, inputs: job.inputs });
    for (const [key, value] of Object.entries(params))
      if (!Object.hasOwn(job.params, key)) this.#writer.append({ kind: 'param', key, value });
    return Object.freeze({ ...params });
  }

  #openContext(
    params: Readonly<Record<string, Json>>,
    inputs: Readonly<Record<string, DataItem>>,
  ): OpenContext {
    const { job, store, secrets, signal, writeLog, onSignalUsed } = this.#options;
    this.#open = createContext({
      store,
      writer: this.#writer,
      name: job.name,
      project: job.project,
      iteration: job.iteration ?? 0,
      attempt: job.attempt,
      params,
      inputs: Object.freeze({ ...inputs }),
      labels: job.labels,
      secrets,
      signal,
      onSignalUsed: () => {
        this.#signalUsed = true;
        onSignalUsed?.();
      },
      random: createRandom(job.seed),
      writeLog,
      wrapWriter: (writer) => createRedactingWriter(writer, this.#redactor),
    });
    this.#scope.context = this.#open.context;
    return this.#open;
  }

  /**
   * Resolves when the run was asked to stop and its time is over. A handler that never looked at the signal cannot be on its way
   * out, so it gets no grace.
   */
  #stopped(): { promise: Promise<undefined>; cancel(): void } {
    const { job, signal } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    let onAbort: () => void = () => undefined;
    const promise = new Promise<undefined>((resolve) => {
      onAbort = () => {
        const grace = this.#signalUsed || this.#open?.state.isSaving ? (job.graceMs ?? defaultGraceMs) : 0;
        timer = setTimeout(resolve, grace, undefined);
      };
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
    });
    return {
      promise,
      cancel() {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
      },
    };
  }

  #describe(error: unknown): ErrorRecord {
    const { job, interruption } = this.#options;
    if (interruption.first) return interruption.first.error;
    // errors of ours from before the handler was called are about the request, not about a place in user code
    if (!this.#open && isSlipwayError(error)) return errorRecord(error);
    return userErrorRecord(error, job.bundleDirectory);
  }

  #finish(outcome: Outcome): AttemptReport {
    const { job } = this.#options;
    this.#heartbeat?.stop();
    this.#open?.finish(outcome.state);
    this.#open?.close();
    const isLast = job.lastWord !== 'submitter' && !(outcome.error && isRetried(job, outcome.error));
    if (isLast) this.#writer.append({ kind: 'state', ...outcome });
    const record = isLast ? { record: this.#writer.record() } : {};
    this.#writer.close();
    return { ...outcome, written: isLast, ...record };
  }
}

function stopOutcome(job: Job, stop: StopRequest, hint?: string): Outcome {
  const error = { ...stopError(job, stop), ...(hint === undefined ? {} : { hint }) };
  return stop.cause === 'abort'
    ? { state: 'aborted', error, reason: stop.reason }
    : { state: 'error', error };
}

/** The report leaves the runner, so secrets are hidden in it as in the journal. */
function redactOutcome(outcome: Outcome, redactor: Redactor): Outcome {
  return outcome.error ? { ...outcome, error: redactError(outcome.error, redactor) } : outcome;
}
