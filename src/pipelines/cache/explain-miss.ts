import { journalCorrupt } from '../../tracking/errors.ts';
import type { RunRecord } from '../../tracking/run.ts';
import type { RunStore } from '../../tracking/store.ts';
import type { StepRun } from '../run-plan.ts';
import { cacheLabel, settingsOf } from './cache-labels.ts';
import { type CacheMaterial, cacheKey, defaultParams } from './cache-material.ts';
import { differences, joinDifferences } from './explain-difference.ts';

/** Runs of a step looked through for the one that tells what changed. */
const remembered = 20;

/** Why nothing can be taken: by what differs from the run that is most like it, of those the latest. */
export async function explainMiss(store: RunStore, run: StepRun, now: CacheMaterial): Promise<string> {
  const damaged = await findDamaged(store, cacheKey(now));
  if (damaged !== undefined) return `the record of run ${damaged} is damaged`;
  const { runs } = await store.searchRuns({
    filter: `step = ${JSON.stringify(run.id)} and state = 'completed'`,
    all: true,
    limit: remembered,
  });
  let fewest: readonly string[] | undefined;
  for (const record of runs) {
    if (record.labels[cacheLabel] === undefined || record.function?.name !== run.function.name) continue;
    if (record.labels[cacheLabel] === cacheKey(now)) return 'an input changed while it last ran';
    const before = materialOf(record, run, now);
    const found = before === undefined ? [] : differences(before, now);
    if (found.length > 0 && (fewest === undefined || found.length < fewest.length)) fewest = found;
  }
  return fewest === undefined ? 'nothing is cached for this step' : joinDifferences(fewest);
}

/** A run of the key whose record breaks off: nobody knows how it ended. */
async function findDamaged(store: RunStore, key: string): Promise<string | undefined> {
  const { runs } = await store.searchRuns({
    labels: { [cacheLabel]: key },
    filter: "state = 'error' and kind in ('step', 'sweep')",
    all: true,
    limit: remembered,
  });
  return runs.find(({ error }) => error?.code === journalCorrupt.code)?.uid;
}

/** The material of a run as its record tells it. */
function materialOf(record: RunRecord, run: StepRun, now: CacheMaterial): CacheMaterial | undefined {
  const settings = settingsOf(record);
  if (settings === undefined) return undefined;
  const ignored = new Set(run.step.options.cache?.ignore ?? []);
  const kept = <Value>(values: readonly (readonly [string, Value])[]): Record<string, Value> =>
    Object.fromEntries(values.filter(([name]) => !ignored.has(name)));
  const digests = Object.entries(record.inputs).map(
    // of one that was never read nothing can be said
    ([name, { digest }]) => [name, digest ?? now.inputs[name] ?? ''] as const,
  );
  return {
    ...settings,
    code: record.function?.digest ?? now.code,
    handler: record.function?.handler ?? now.handler,
    params: kept(Object.entries({ ...defaultParams(run), ...record.params })),
    inputs: kept(digests),
  };
}
