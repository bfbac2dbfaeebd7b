import { canonicalJson } from '../core/json.ts';
import { saveArtifact } from '../data/save-artifact.ts';
import type { IterationRecord } from '../tracking/run.ts';
import type { RunStore, RunWriter } from '../tracking/store.ts';
import { renderParallelCoordinates } from './parallel-coordinates.ts';
import type { Selector } from './select-best.ts';
import { renderTrialsTable } from './trials-table.ts';

export interface SavedTrials {
  readonly name: string;
  readonly project: string;
  readonly trials: readonly IterationRecord[];
  readonly selector: Selector | undefined;
  readonly best: number | undefined;
}

/** Saves the trials as the artifacts `trials` (CSV) and `parallel-coordinates` (SVG) of the sweep. */
export async function saveTrials(store: RunStore, writer: RunWriter, saved: SavedTrials): Promise<void> {
  const { name, project, trials, selector, best } = saved;
  const target = (key: string): { project: string; producer: string; key: string } => ({
    project,
    producer: writer.uid,
    key,
  });
  const title = `Trials of ${name}`;
  const picture = renderParallelCoordinates(trials, { title, params: variedParams(trials), selector, best });
  const [table, plot] = await Promise.all([
    saveArtifact(store, target('trials'), renderTrialsTable(trials), {
      name: 'trials.csv',
      mediaType: 'text/csv',
    }),
    saveArtifact(store, target('parallel-coordinates'), picture, {
      name: 'parallel-coordinates.svg',
      mediaType: 'image/svg+xml',
    }),
  ]);
  // both are known to be what they are: reading them again to find out would cost more than writing them
  const rows = { rows: trials.length };
  writer.append({ kind: 'artifact', artifact: { ...table.record, kind: 'table', metadata: rows } });
  writer.append({
    kind: 'artifact',
    artifact: { ...plot.record, kind: 'plot', metadata: { title, viewer: 'svg' } },
  });
}

/** Params that differ between trials; all of them where none does. */
function variedParams(trials: readonly IterationRecord[]): readonly string[] {
  const names = [...new Set(trials.flatMap((trial) => Object.keys(trial.params)))];
  const varied = names.filter(
    (name) => new Set(trials.map((trial) => canonicalJson(trial.params[name] ?? null))).size > 1,
  );
  return varied.length > 0 ? varied : names;
}
