import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SlipwayError } from '../../src/core/error.ts';
import { globalState } from '../../src/core/global-state.ts';
import type { Json } from '../../src/core/json.ts';
import { createTable } from '../../src/data/create-table.ts';
import { openArtifact } from '../../src/data/open-artifact.ts';
import { predictTable } from '../../src/data/predict.ts';
import type { HandlerSpec } from '../../src/functions/function-spec.ts';
import { resolveHubFunction } from '../../src/hub/resolve-hub.ts';
import type { Handler } from '../../src/runtime/context.ts';
import { createJob } from '../../src/runtime/create-job.ts';
import { createInlineRuntime } from '../../src/runtime/inline/inline-runtime.ts';
import type { Job } from '../../src/runtime/job.ts';
import type { SubmitOptions } from '../../src/runtime/runtime.ts';
import { openLocalStore } from '../../src/tracking/local/local-store.ts';
import type { ArtifactRecord, RunRecord } from '../../src/tracking/run.ts';
import type { MetricPoint, RunStore } from '../../src/tracking/store.ts';

interface RunArguments {
  readonly params?: Readonly<Record<string, Json>>;
  /** Paths, or URIs of artifacts. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Runs hub functions, packaged as users get them, in this process with a real store in a folder that `close` removes. */
export interface Bench {
  readonly store: RunStore;
  readonly root: string;
  run(item: string, given?: RunArguments): Promise<RunRecord>;
  /** Runs a function as it stands, without params, e.g. to log something that no hub function would. */
  runLive(handler: Handler): Promise<RunRecord>;
  /** Writes a file and gives its path. */
  file(name: string, content: string): string;
  /** URI of what a run logged under a key. */
  uri(record: RunRecord, key: string): string;
  /** Text of the only file of what a run logged under a key. */
  text(record: RunRecord, key: string): Promise<string>;
  rows(record: RunRecord, key: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  metrics(record: RunRecord, key: string): Promise<readonly MetricPoint[]>;
  close(): Promise<void>;
}

export function openBench(): Bench {
  const root = mkdtempSync(path.join(tmpdir(), 'slipway-hub-'));
  const storeDirectory = path.join(root, '.slipway');
  const store = openLocalStore({ directory: storeDirectory, project: 'bench' });
  const runtime = createInlineRuntime();
  // what bundles import from `slipway`
  globalState('api', () => ({ createTable, predictTable, SlipwayError }));
  const submit = async (
    known: Pick<Job, 'function' | 'handler'> & Partial<Job>,
    options: SubmitOptions,
  ): Promise<RunRecord> => {
    const job = createJob({ project: 'bench', storeDirectory, workingDirectory: root, ...known });
    return (await (await runtime.submit(job, { store, ...options })).wait()).record;
  };
  return {
    store,
    root,
    async run(item, { params = {}, inputs = {}, signal } = {}) {
      const cacheDirectory = path.join(storeDirectory, 'cache');
      const { spec, bundle } = await resolveHubFunction(`hub://${item}`, { root, cacheDirectory });
      const name = spec.spec.defaultHandler;
      return submit(
        {
          function: { name: item, handler: name, digest: bundle.digest },
          handler: spec.spec.handlers[name] as HandlerSpec,
          bundleDirectory: bundle.directory,
          params,
          inputs: Object.fromEntries(Object.entries(inputs).map(([key, uri]) => [key, { uri }])),
        },
        signal ? { signal } : {},
      );
    },
    runLive: (live) =>
      submit(
        {
          function: { name: live.name, handler: live.name },
          handler: { name: live.name, parameters: [], results: [], acceptsUnknown: true },
        },
        { live },
      ),
    file(name, content) {
      const file = path.join(root, name);
      writeFileSync(file, content);
      return file;
    },
    uri: (record, key) => artifact(record, key).uri,
    text: (record, key) => openArtifact(store, artifact(record, key)).text(),
    rows: async (record, key) => (await openArtifact(store, artifact(record, key)).table()).rows(),
    metrics: (record, key) => store.metricHistory(record.uid, key),
    async close() {
      await runtime.close();
      await store.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function artifact(record: RunRecord, key: string): ArtifactRecord {
  const found = record.artifacts.find((candidate) => candidate.key === key);
  if (!found)
    throw new Error(
      `the run logged no "${key}" but ${record.artifacts.map((own) => own.key).join(', ')}: ${record.error?.message}`,
    );
  return found;
}
