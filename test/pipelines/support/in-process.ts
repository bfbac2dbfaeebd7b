import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Clock, systemClock } from '../../../src/core/clock.ts';
import { digestFile } from '../../../src/core/digest.ts';
import { createUid } from '../../../src/core/id.ts';
import { toJson } from '../../../src/core/json.ts';
import type { StartedStep, StepRun, SubmitStep } from '../../../src/pipelines/run-plan.ts';
import { openLocalStore } from '../../../src/tracking/local/local-store.ts';
import type { RunState } from '../../../src/tracking/run.ts';
import type { RunStore, RunWriter } from '../../../src/tracking/store.ts';

export interface Call {
  readonly step: string;
  readonly params: StepRun['params'];
  readonly inputs: StepRun['inputs'];
  readonly signal: AbortSignal;
  /** Logs an artifact and gives its pinned URI. */
  artifact(key: string, content?: string): Promise<string>;
}

export type Body = (call: Call) => unknown;

/** A store of its own in a new folder. */
export function newStore(project = 'demo'): RunStore {
  return newStoreFolder(project).store;
}

/** The same, with its folder. */
export function newStoreFolder(
  project = 'demo',
  clock: Clock = systemClock,
): { readonly store: RunStore; readonly directory: string } {
  const directory = mkdtempSync(path.join(tmpdir(), 'slipway-pipelines-'));
  return { store: openLocalStore({ directory, project, clock }), directory };
}

/** Runs steps in this process, each with a journal of its own, by the functions given per step id. Files are read from `folder`. */
export function inProcess(
  store: RunStore,
  bodies: Readonly<Record<string, Body>>,
  folder?: string,
): SubmitStep {
  return async (run, signal) => {
    const body = bodies[run.id] ?? bodies[run.step.id] ?? bodies[run.function.name];
    if (body === undefined) throw new Error(`no body for step "${run.step.id}"`);
    const uid = createUid();
    const writer = store.createRun({
      uid,
      name: run.id,
      project: store.project,
      runKind: 'step',
      params: run.params,
      inputs: run.inputs,
      labels: run.labels ?? {},
      parent: run.pipelineRun,
      step: run.id,
      function: { name: run.function.name, handler: run.function.handler, digest: run.function.digest },
    });
    writer.append({ kind: 'state', state: 'running' });
    for (const [key, { uri, digest }] of Object.entries(run.inputs)) {
      const file = path.join(folder ?? '', uri);
      if (digest !== undefined || folder === undefined || !existsSync(file)) continue;
      writer.append({ kind: 'input', key, input: { uri, digest: (await digestFile(file)).digest } });
    }
    const ended = execute(store, writer, run, body, signal);
    return { uid, wait: () => ended, abort: async () => void (await ended) };
  };
}

async function execute(
  store: RunStore,
  writer: RunWriter,
  run: StepRun,
  body: Body,
  signal: AbortSignal,
): Promise<Awaited<ReturnType<StartedStep['wait']>>> {
  const artifact = async (key: string, content: string = key): Promise<string> => {
    const staging = await store.createStaging();
    writeFileSync(path.join(staging, `${key}.csv`), content);
    const { digest, size, files } = await store.putArtifact(staging, { directory: false });
    const uri = `store://${store.project}/${key}@${digest}`;
    writer.append({
      kind: 'artifact',
      artifact: { key, kind: 'dataset', uri, digest, size, files, producer: writer.uid },
    });
    return uri;
  };
  try {
    const results = await body({
      step: run.id,
      params: run.params,
      inputs: run.inputs,
      signal,
      artifact,
    });
    for (const [key, value] of Object.entries((results ?? {}) as object))
      writer.append({ kind: 'result', key, value: toJson(await value) });
    return finish(writer, 'completed');
  } catch (error) {
    return finish(writer, signal.aborted ? 'aborted' : 'error', error as Error);
  }
}

function finish(writer: RunWriter, state: RunState, error?: Error): Awaited<ReturnType<StartedStep['wait']>> {
  const record = error === undefined ? undefined : { code: 'USER_CODE_FAILED', message: error.message };
  writer.append({ kind: 'state', state, ...(record === undefined ? {} : { error: record }) });
  const final = writer.record();
  writer.close();
  return { state, record: final, ...(record === undefined ? {} : { error: record }) };
}

/** Resolves when the signal fires, by throwing. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(new Error('aborted'));
    signal.addEventListener('abort', () => reject(new Error('aborted')));
  });
}
