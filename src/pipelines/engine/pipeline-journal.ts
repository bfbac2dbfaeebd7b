import { type ErrorRecord, errorRecord } from '../../core/error.ts';
import { createUid } from '../../core/id.ts';
import type { Json } from '../../core/json.ts';
import { currentProcess } from '../../tracking/process-identity.ts';
import type { ClusterPlace, RunRecord, RunState } from '../../tracking/run.ts';
import type { RunStore, RunWriter } from '../../tracking/store.ts';
import type { StepChange } from '../pipeline-event.ts';
import { digestPlan } from '../plan/digest-plan.ts';
import type { Plan } from '../plan/plan.ts';
import { allSteps } from '../plan/plan-graph.ts';
import type { DriverJournal } from './step-executor.ts';

/** Milliseconds between signs of life of a pipeline run. */
const heartbeatMs = 5_000;

export interface PipelineRunOptions {
  /** @default a new one */
  readonly uid?: string;
  /** Name of the run. @default the pipeline's */
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** No process is named whose death would mean that the run is lost: others keep the record, one after the other. @default false */
  readonly ownerless?: boolean;
  /** Where it is on which cluster, for one that a cluster drives. */
  readonly cluster?: ClusterPlace;
}

/** Begins the record of a pipeline run: every step of the plan stands in it from the first moment on. */
export function createPipelineRun(store: RunStore, plan: Plan, options: PipelineRunOptions): RunWriter {
  const { metadata, spec } = plan;
  const writer = store.createRun({
    uid: options.uid ?? createUid(),
    name: options.name ?? metadata.name,
    project: store.project,
    runKind: 'pipeline',
    params: spec.arguments,
    inputs: {},
    labels: { ...metadata.labels, ...options.labels },
    function: { name: metadata.name, handler: metadata.name, digest: digestPlan(plan) },
    ...(options.cluster === undefined ? {} : { cluster: options.cluster }),
  });
  if (options.ownerless !== true) writer.append({ kind: 'owner', owner: currentProcess() });
  writer.append({ kind: 'state', state: 'running' });
  for (const { id, function: called } of allSteps(plan))
    writer.append({ kind: 'step', id, function: called, state: 'created' });
  return writer;
}

/** The journal of a pipeline run, for the one who takes it to its end. */
export class PipelineJournal implements DriverJournal {
  readonly uid: string;
  readonly #writer: RunWriter;
  readonly #heartbeat: NodeJS.Timeout;

  constructor(writer: RunWriter) {
    this.uid = writer.uid;
    this.#writer = writer;
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs);
    this.#heartbeat.unref();
  }

  step(change: StepChange): void {
    const attempt = change.record?.attempt;
    this.#writer.append({
      kind: 'step',
      id: change.step,
      ...(change.item === undefined ? {} : { item: change.item }),
      function: change.function,
      state: change.state,
      ...(change.runUid === undefined ? {} : { runUid: change.runUid }),
      ...(change.cached === undefined ? {} : { cached: change.cached }),
      ...(change.reason === undefined ? {} : { reason: change.reason }),
      ...(change.results === undefined ? {} : { results: change.results }),
      ...(change.artifacts === undefined ? {} : { artifacts: change.artifacts }),
      ...(change.error === undefined ? {} : { error: change.error }),
      ...(attempt === undefined ? {} : { attempt }),
    });
  }

  /** Says that the pipeline is being stopped from outside, to who reads along where its steps run. */
  stopping(reason: string, cause: ErrorRecord): void {
    this.#writer.append({ kind: 'state', state: 'running', reason, error: cause });
  }

  /** Writes the outputs and the last word, and gives the whole record. */
  end(state: RunState, outputs: Readonly<Record<string, Json>>, error?: ErrorRecord): RunRecord {
    for (const [key, value] of Object.entries(outputs)) this.#writer.append({ kind: 'result', key, value });
    this.#writer.append({ kind: 'state', state, ...(error === undefined ? {} : { error }) });
    return this.#close();
  }

  /** The last word after a failure of the engine itself, as far as the disk still takes one. */
  fail(error: unknown): void {
    try {
      this.#writer.append({ kind: 'state', state: 'error', error: errorRecord(error) });
    } finally {
      this.#close();
    }
  }

  #beat(): void {
    const { user, system } = process.cpuUsage();
    this.#writer.append({ kind: 'heartbeat', cpu: (user + system) / 1e6, rss: process.memoryUsage.rss() });
  }

  #close(): RunRecord {
    clearInterval(this.#heartbeat);
    const record = this.#writer.record();
    this.#writer.close();
    return record;
  }
}
