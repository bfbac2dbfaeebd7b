import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { PackagedFunction } from '../../../src/functions/function-spec.ts';
import { openWorkspace } from '../../../src/projects/open-workspace.ts';
import { planResume } from '../../../src/projects/resume-pipeline.ts';
import { type PipelineRequest, startPipelinePlan } from '../../../src/projects/start-pipeline.ts';
import type { Workspace } from '../../../src/projects/workspace.ts';
import { startPodServer } from '../../../src/server/start-pod-server.ts';
import type { RunRecord } from '../../../src/tracking/run.ts';
import { removeLoadedImages } from '../../support/remove-images.ts';
import { type Case, casePipeline, type StepOptionsOf } from '../cases.ts';
import type { EventLog } from '../event-log.ts';
import { eventLogOf } from '../event-log-of-record.ts';
import { expectedLog } from '../expected.ts';
import { packageHandlers } from '../package-handlers.ts';
import { CancelPoint } from './cancel-point.ts';
import type { OpenEngine } from './conformance-engine.ts';

export interface ProjectEngineOptions {
  /** How every pipeline is started. */
  readonly request: PipelineRequest;
  /** Options of all steps, or of each by its place in the plan. */
  readonly options?: StepOptionsOf;
  /** Timeout of a step that hangs, which all other items of its map keep. */
  readonly timeoutMs: number;
  /** Text of project.yaml below its name. */
  readonly project?: string;
}

/** An engine as users start it: pipelines of a project in a folder of its own. */
export async function openProjectEngine(given: ProjectEngineOptions): Promise<OpenEngine> {
  const directory = mkdtempSync(path.join(tmpdir(), 'slipway-conformance-'));
  writeFileSync(path.join(directory, 'project.yaml'), `name: conformance\n${given.project ?? ''}`);
  const packaged = await packageHandlers(directory);
  const workspace = await openWorkspace({ directory, env: process.env, startServer: startPodServer });
  const engine = new ProjectEngine(workspace, packaged, given);
  return {
    run: (one, signal) => engine.run(one, signal),
    async close() {
      await workspace.close();
      removeLoadedImages(workspace.project.storeDirectory);
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

class ProjectEngine {
  readonly #workspace: Workspace;
  readonly #packaged: PackagedFunction;
  readonly #given: ProjectEngineOptions;

  constructor(workspace: Workspace, packaged: PackagedFunction, given: ProjectEngineOptions) {
    this.#workspace = workspace;
    this.#packaged = packaged;
    this.#given = given;
  }

  async run(one: Case, signal: AbortSignal): Promise<{ expected: EventLog; log: EventLog }> {
    const expected = expectedLog(one, this.#packaged);
    const { afterwards } = one.behaviour;
    const first = await this.#start(one, signal, afterwards === 'cancel' ? expected : undefined);
    const last = await this.#goOn(one, first, signal);
    await this.#requireRuntimes(one, last);
    return { expected, log: await eventLogOf(this.#workspace.store, last, expected) };
  }

  async #goOn(one: Case, first: RunRecord, signal: AbortSignal): Promise<RunRecord> {
    if (one.behaviour.afterwards === 'again') return this.#start(one, signal);
    if (one.behaviour.afterwards !== 'resume') return first;
    const pipeline = casePipeline(one, this.#packaged, { ...this.#options, isMended: true });
    const request = { ...this.#given.request, signal };
    const resumed = await planResume(this.#workspace, first.uid, { pipeline, request });
    return (await startPipelinePlan(this.#workspace, resumed.plan, resumed.request)).wait();
  }

  async #start(one: Case, signal: AbortSignal, cancelled?: EventLog): Promise<RunRecord> {
    const plan = casePipeline(one, this.#packaged, this.#options).plan(
      {},
      { project: this.#workspace.project.name },
    );
    const point = cancelled === undefined ? undefined : new CancelPoint(cancelled, this.#workspace.store);
    const started = await startPipelinePlan(this.#workspace, plan, {
      ...this.#given.request,
      signal,
      onEvent: (event) => point?.hear(event),
    });
    const ended = started.wait();
    if (point !== undefined) {
      await Promise.race([point.reached, ended]);
      await started.abort('the test cancels it');
    }
    return ended;
  }

  /** A step that ran elsewhere than it was told to would prove nothing. */
  async #requireRuntimes(one: Case, run: RunRecord): Promise<void> {
    const { request } = this.#given;
    const { spec } = casePipeline(one, this.#packaged, this.#options).plan();
    const told = new Map(spec.steps.map(({ id, options }) => [id, options.runtime]));
    const usual = request.engine === 'argo' ? 'kubernetes' : request.runtime;
    for (const { id, runUid, cached } of run.steps ?? []) {
      if (runUid === undefined || cached) continue;
      const { runtime } = await this.#workspace.store.getRun(runUid);
      const wanted = told.get(id.replace(/\[.*/, '')) ?? (id === 'goodbye' ? runtime : usual);
      if (runtime !== wanted) throw new Error(`step "${id}" ran in "${runtime}" instead of "${wanted}"`);
    }
  }

  get #options(): Pick<ProjectEngineOptions, 'options' | 'timeoutMs'> {
    const { options, timeoutMs } = this.#given;
    return { timeoutMs, ...(options === undefined ? {} : { options }) };
  }
}
