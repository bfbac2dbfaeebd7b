import { type ErrorRecord, errorRecord } from '../core/error.ts';
import { createUid } from '../core/id.ts';
import type { Json } from '../core/json.ts';
import { type Batch, trialJob } from '../runtime/batch.ts';
import { captureOnce } from '../runtime/capture-once.ts';
import { type Heartbeat, startHeartbeat } from '../runtime/heartbeat.ts';
import { OutputLog } from '../runtime/output-log.ts';
import { recordEnvironment } from '../runtime/record-environment.ts';
import { createRedactor, type Redactor } from '../runtime/redactor.ts';
import type { RunningJob, RunOutcome } from '../runtime/runtime.ts';
import { stopError } from '../runtime/stop-request.ts';
import { watchLedgerForStop } from '../runtime/watch-stop.ts';
import type { IterationRecord, RunRecord } from '../tracking/run.ts';
import type { RunWriter } from '../tracking/store.ts';
import { label, renderNumber } from './axis-scale.ts';
import { finishSweep } from './finish-sweep.ts';
import type { TrialParams } from './plan-trials.ts';
import { parseSelector } from './select-best.ts';
import { SelectorWatch } from './selector-watch.ts';
import type { StopCondition } from './stop-expression.ts';
import type { SweepOptions } from './sweep-options.ts';
import { trialValue } from './trial-value.ts';

export interface TrialLoopOptions extends SweepOptions {
  readonly trials: readonly TrialParams[];
  readonly isEnough: StopCondition | undefined;
}

/** Runs planned trials, some at once, numbered by plan; writes the sweep's own journal. */
export class TrialLoop {
  readonly #options: TrialLoopOptions;
  readonly #redactor: Redactor;
  readonly #writer: RunWriter;
  readonly #output: OutputLog;
  readonly #ended: IterationRecord[] = [];
  readonly #selectorWatch: SelectorWatch;
  #isMisspelt = false;
  /** Ends the trials that are running. */
  readonly #abort: AbortController = new AbortController();
  #batch: Batch | undefined;
  #next = 0;
  #failed = 0;
  #over = false;
  #stopReason: string | undefined;

  constructor(options: TrialLoopOptions) {
    this.#options = options;
    this.#redactor = createRedactor(options.secrets);
    this.#writer = createJournal(options, this.#redactor);
    this.#output = new OutputLog(this.#writer.logFile, this.#redactor);
    const { spec, base } = options;
    this.#selectorWatch = new SelectorWatch(spec.selector, base.handler, spec.parallel ?? 1);
  }

  start(): RunningJob {
    const { store, base } = this.#options;
    const ended = this.#run();
    return {
      uid: base.uid,
      events: () => store.events(base.uid, { follow: true }),
      logs: () => this.#output.chunks(),
      wait: () => ended,
      abort: async (reason) => {
        this.#stop(reason);
        await ended;
      },
    };
  }

  async #run(): Promise<RunOutcome> {
    const { base, runtime, signal, spec, trials } = this.#options;
    const onAbort = (): void => this.#stop(abortText(signal?.reason));
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
    const watch = watchLedgerForStop(base, (reason) => this.#stop(reason));
    const environment = base.parent === undefined ? captureOnce(base.workingDirectory) : undefined;
    const heartbeat = startHeartbeat((event) => void this.#writer.append(event));
    try {
      this.#writer.append({ kind: 'state', state: 'running' });
      const lanes = Math.min(spec.parallel ?? 1, trials.length);
      if (runtime.openBatch) await this.#runBatch(lanes);
      else await Promise.all(Array.from({ length: lanes }, () => this.#lane()));
      const { project, uid } = base;
      const captured = this.#stopReason === undefined ? await environment : undefined;
      await recordEnvironment(
        { job: { project, uid }, store: this.#options.store, captured, redactor: this.#redactor },
        this.#writer,
      );
      return await this.#finish(heartbeat);
    } catch (error) {
      heartbeat.cancel();
      return this.#failedOutcome(errorRecord(error));
    } finally {
      watch.cancel();
      signal?.removeEventListener('abort', onAbort);
      this.#output.end();
    }
  }

  /** All trials at once, for a runtime that orders and counts them itself. */
  async #runBatch(parallelism: number): Promise<void> {
    const { base, runtime, store, secrets, spec } = this.#options;
    if (this.#over) return;
    this.#batch = await runtime.openBatch?.({
      base,
      trials: this.#options.trials.map((params, index) => ({
        uid: createUid(),
        iteration: index + 1,
        params: { ...base.params, ...params },
      })),
      store,
      parallelism,
      maxFailed: spec.maxErrors ?? 0,
      signal: this.#abort.signal,
      ...(spec.stop === undefined ? {} : { stop: spec.stop }),
      ...(secrets ? { secrets } : {}),
    });
    if (!this.#batch) return;
    for await (const { iteration, outcome } of this.#batch.outcomes()) this.#takeTrial(iteration, outcome);
  }

  /** One of the trials at a time, until none is left or the sweep is over. */
  async #lane(): Promise<void> {
    while (!this.#over && this.#next < this.#options.trials.length) {
      const index = this.#next++;
      try {
        this.#takeTrial(index + 1, await this.#runTrial(index));
      } catch (error) {
        // a trial that could not even begin, e.g. on a full disk, ends the sweep: the next one would fare no better
        this.#end('a trial could not begin');
        throw error;
      }
    }
  }

  async #runTrial(index: number): Promise<RunOutcome> {
    const { base, runtime, store, secrets, live, trials } = this.#options;
    const params: Record<string, Json> = { ...base.params, ...trials[index] };
    const job = trialJob(base, { uid: createUid(), iteration: index + 1, params });
    const running = await runtime.submit(job, {
      store,
      deferJournal: true,
      signal: this.#abort.signal,
      ...(secrets ? { secrets } : {}),
      ...(live ? { live } : {}),
    });
    return running.wait();
  }

  #takeTrial(iteration: number, { record }: RunOutcome): void {
    const { spec, isEnough, onTrial } = this.#options;
    const { uid, state } = record;
    const trial = trialOf(iteration, record);
    this.#ended.push(trial);
    this.#writer.append({ kind: 'trial', iteration, uid, state });
    this.#output.write('stdout', this.#describe(trial));
    onTrial?.(trial);
    if (state !== 'completed') {
      this.#failed += 1;
      if (this.#failed > (spec.maxErrors ?? 0)) {
        this.#end('too many trials failed');
        this.#abort.abort('too many trials of the sweep failed');
      }
    } else if (isEnough?.(trial)) this.#end(`trial ${iteration} is good enough: ${spec.stop}`);
    else if (this.#selectorWatch.take(trial) && !this.#over) {
      this.#isMisspelt = true;
      this.#end(`no trial has a number for the selector "${spec.selector}"`);
    }
  }

  #describe(trial: IterationRecord): string {
    const { trials, spec } = this.#options;
    const values = Object.entries(trials[trial.iteration - 1] ?? {}).map(
      ([key, value]) => `${key}=${label(value)}`,
    );
    const name = spec.selector === undefined ? undefined : parseSelector(spec.selector).name;
    const score = name === undefined ? undefined : trialValue(trial, name);
    const how = trial.error ? `${trial.error.code}: ${trial.error.message}` : trial.state;
    const judged = score === undefined ? '' : `  ${name} ${renderNumber(score)}`;
    return `trial ${trial.iteration} of ${trials.length}  ${values.join(' ')}  ${how}${judged}\n`;
  }

  async #finish(heartbeat: Heartbeat): Promise<RunOutcome> {
    const { base, store, spec } = this.#options;
    const { name, project } = base;
    this.#over = true;
    const trials = [...this.#ended].sort((a, b) => a.iteration - b.iteration);
    const planned = this.#isMisspelt ? { planned: this.#options.trials.length } : {};
    const failure = await finishSweep(store, this.#writer, { name, project, spec, trials, ...planned });
    heartbeat.stop();
    const reason = this.#stopReason;
    const error = reason === undefined ? failure : stopError(base, { cause: 'abort', reason });
    this.#writer.append({
      kind: 'state',
      state: reason !== undefined ? 'aborted' : error ? 'error' : 'completed',
      ...(error ? { error } : {}),
      ...(reason === undefined ? {} : { reason }),
    });
    const record = withTrials(this.#writer.record(), trials);
    this.#writer.close();
    return { state: record.state, record, ...(error ? { error } : {}) };
  }

  /** The trials cannot be run. The journal says so, unless the disk is full or it is damaged itself. */
  #failedOutcome(error: ErrorRecord): RunOutcome {
    try {
      this.#writer.append({ kind: 'state', state: 'error', error });
    } catch {
      // the caller is told all the same
    }
    const record: RunRecord = { ...this.#writer.record(), state: 'error', error };
    this.#writer.close();
    return { state: 'error', record, error };
  }

  #stop(reason: string): void {
    if (this.#stopReason !== undefined) return;
    this.#stopReason = reason;
    this.#end(reason);
    this.#abort.abort(reason);
  }

  /** No further trial starts; those who run them elsewhere read it in the journal. */
  #end(reason: string): void {
    if (this.#over) return;
    this.#over = true;
    if (!this.#batch) return;
    this.#writer.append({ kind: 'closed', reason });
    this.#batch.stopStarting();
  }
}

function createJournal({ base, store, spec, runtime }: TrialLoopOptions, redactor: Redactor): RunWriter {
  const { uid, name, project, runKind, inputs, parent, step, attempt, cluster } = base;
  const optional = { parent, step, cluster, seed: spec.seed ?? base.seed };
  const known = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  return store.createRun({
    uid,
    name,
    project,
    runKind,
    inputs,
    attempt,
    params: redactor.json(base.params),
    labels: redactor.json(base.labels),
    function: base.function,
    runtime: runtime.name,
    ...known,
  });
}

/** Trials that ran elsewhere left nothing beside this journal from which its record could be completed. */
function withTrials(record: RunRecord, trials: readonly IterationRecord[]): RunRecord {
  if (record.iterations === undefined) return record;
  const known = new Map(trials.map((trial) => [trial.iteration, trial]));
  return { ...record, iterations: record.iterations.map((one) => ({ ...one, ...known.get(one.iteration) })) };
}

function trialOf(iteration: number, record: RunRecord): IterationRecord {
  const { uid, params, results, metrics, state, error } = record;
  return { iteration, uid, params, results, metrics, state, ...(error ? { error } : {}) };
}

function abortText(reason: unknown): string {
  if (typeof reason === 'string') return reason;
  return reason instanceof Error && reason.name !== 'AbortError' ? reason.message : 'it was asked to stop';
}
