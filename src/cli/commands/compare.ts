import type { OptionValues } from '../../core/option-table.ts';
import { type Compared, compareRuns } from '../../tracking/compare-runs.ts';
import type { RunRecord } from '../../tracking/run.ts';
import type { RunStore } from '../../tracking/store.ts';
import type { Execute } from '../command.ts';
import { renderComparison } from '../compare/render-comparison.ts';
import { usageError } from '../errors.ts';
import { present } from '../output/present.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway compare <run…>`; a single sweep stands for its trials. */
export const compare: Execute<'filter' | 'limit' | 'selector' | 'all' | 'output' | 'json'> = ({
  args,
  options,
  session,
}) =>
  withWorkspace(session, async ({ store }) => {
    const runs = await collectRuns(store, args, options);
    const columns = runs.length === 1 ? runs.flatMap(trialsOf) : runs;
    if (columns.length < 2)
      throw usageError(`${columns.length === 1 ? 'one run' : 'no run'} to compare`, {
        hint: 'name two runs, or one sweep; slipway get runs lists them',
      });
    const selector = options.selector === undefined ? undefined : parseSelector(options.selector);
    const comparison = compareRuns(columns, { all: options.all, ...(selector ? { selector } : {}) });
    await present(session, options, {
      data: () => comparison,
      text: (wide) => renderComparison(comparison, session, wide),
      names: () => columns.map((run) => run.uid),
    });
    return undefined;
  });

async function collectRuns(
  store: RunStore,
  references: readonly string[],
  options: Pick<OptionValues, 'filter' | 'limit'>,
): Promise<readonly RunRecord[]> {
  const named = await Promise.all(references.map((reference) => store.getRun(reference)));
  if (options.filter === undefined) return named;
  const { runs } = await store.searchRuns({ filter: options.filter, limit: options.limit });
  return [...named, ...runs.filter((run) => !named.some(({ uid }) => uid === run.uid))];
}

function trialsOf(run: RunRecord): readonly Compared[] {
  return (run.iterations ?? []).map(({ uid, iteration, state, params, results, metrics }) => ({
    uid,
    name: `trial ${iteration}`,
    state,
    params,
    results,
    metrics,
  }));
}

function parseSelector(text: string): { readonly key: string; readonly better: 'max' | 'min' } {
  const match = /^(?:(max|min)\.)?(.+)$/.exec(text);
  if (!match?.[2])
    throw usageError(`--selector "${text}" cannot be read`, { hint: 'write max.accuracy or min.loss' });
  return { key: match[2], better: match[1] === 'min' ? 'min' : 'max' };
}
