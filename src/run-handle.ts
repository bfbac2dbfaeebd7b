import type { Json } from './core/json.ts';
import type { RichOutput } from './core/rich-output.ts';
import type { Artifact } from './data/artifact.ts';
import { headline } from './pipelines/render/render-headline.ts';
import { isShown } from './run-in-cell.ts';
import { show } from './show.ts';
import { showAs } from './show-as.ts';
import { renderRunHeadline, renderRunSummary } from './tracking/render-run-summary.ts';
import type { IterationRecord, RunRecord, RunState } from './tracking/run.ts';
import type { MetricPoint, RunStore } from './tracking/store.ts';

/** A run that has ended. `Results` are the handler's own result types. */
export interface RunHandle<Results = Readonly<Record<string, Json>>> {
  readonly uid: string;
  readonly name: string;
  readonly state: RunState;
  readonly params: Readonly<Record<string, Json>>;
  readonly results: Results;
  /** Latest value of each metric. */
  readonly metrics: Readonly<Record<string, number | string>>;
  /** Trials of a sweep, numbered from 1. */
  readonly iterations: readonly IterationRecord[];
  readonly bestIteration: number | undefined;
  /** The whole record, as `slipway get run -o json` prints it. */
  readonly record: RunRecord;
  /** An artifact of the run: dataset, model, plot, table, file or dir. Throws `ARTIFACT_NOT_FOUND` naming the nearest. */
  artifact(key: string): Promise<Artifact>;
  /** Every point of a metric, or of all. */
  history(metric?: string): Promise<readonly MetricPoint[]>;
  /** What the run printed. */
  logs(): Promise<string>;
  /** Shows the run's card in a notebook, or one of its artifacts: a plot as itself, a dataset as its first rows. Elsewhere prints text. */
  show(artifact?: string): Promise<void>;
}

/** Puts a handle around a record of the store. */
export function createRunHandle<Results>(store: RunStore, record: RunRecord): RunHandle<Results> {
  const handle: RunHandle<Results> = {
    uid: record.uid,
    name: record.name,
    state: record.state,
    params: record.params,
    results: record.results as Results,
    metrics: record.metrics,
    iterations: record.iterations ?? [],
    bestIteration: record.bestIteration,
    record,
    async artifact(key) {
      const { findRunArtifact } = await import('./data/find-run-artifact.ts');
      return findRunArtifact(store, record, key);
    },
    history: (metric) => store.metricHistory(record.uid, metric),
    async logs() {
      const decoder = new TextDecoder();
      let text = '';
      for await (const chunk of store.logs(record.uid)) text += decoder.decode(chunk, { stream: true });
      return text + decoder.decode();
    },
    show: async (artifact) => show(artifact === undefined ? handle : await handle.artifact(artifact)),
  };
  const whole = (): string => renderRunSummary(record);
  const line = (): string => [renderRunHeadline(record), headline(record.results)].join('  ').trimEnd();
  const output = (): Promise<RichOutput> => cardOf(store, record, renderRunSummary);
  showAs(record, whole, { line, output });
  const isAbove = (): boolean => isShown(record);
  showAs(handle, () => (isAbove() ? `run ${record.uid}, shown above` : whole()), {
    line,
    output,
    isShown: isAbove,
  });
  return handle;
}

/** The card of a run as it is in the store. */
export async function cardOf(
  store: RunStore,
  record: RunRecord,
  renderText: (record: RunRecord) => string,
): Promise<RichOutput> {
  const { runOutput } = await import('./notebooks/display/run/run-output.ts');
  return runOutput(store, record, renderText);
}
