import { canonicalJson, type Json } from '../core/json.ts';
import { createRandom } from '../runtime/random.ts';
import { invalidSweep } from './errors.ts';
import type { SweepSpec } from './sweep.ts';

/** The params that one trial sets; the rest come from the run. */
export type TrialParams = Readonly<Record<string, Json>>;

const mostTrials = 1_000_000;
const defaultRandomTrials = 10;

/**
 * The trials of a sweep in their order; the first is number 1. `custom` plans none: its handler opens them.
 * Throws `INVALID_SWEEP` naming what is wrong.
 */
export function planTrials(spec: SweepSpec): readonly TrialParams[] {
  checkCounts(spec);
  const strategy = spec.strategy ?? (spec.trials === undefined ? 'grid' : 'list');
  switch (strategy) {
    case 'grid':
      return planGrid(spec);
    case 'list':
      return planList(spec);
    case 'random':
      return planRandom(spec);
    case 'custom':
      return planNone(spec);
  }
}

/** What a handler that opens its trials itself would never hear of is refused rather than forgotten. */
function planNone(spec: SweepSpec): readonly TrialParams[] {
  const given = (['hyperparams', 'trials', 'stop', 'maxIterations'] as const).find(
    (name) => spec[name] !== undefined,
  );
  if (given === undefined) return [];
  throw invalidSweep(`strategy "custom" does not take "${given}"`, {
    hint: 'its handler opens the trials itself, with ctx.child(params), and decides when it is enough',
  });
}

function checkCounts(spec: SweepSpec): void {
  const least = { maxIterations: 1, maxErrors: 0, parallel: 1 } as const;
  for (const [name, lowest] of Object.entries(least)) {
    const value = spec[name as keyof typeof least];
    if (value !== undefined && !(Number.isInteger(value) && value >= lowest))
      throw invalidSweep(`"${name}" of the sweep is ${value}`, {
        hint: `give a whole number from ${lowest}`,
      });
  }
  for (const [name, values] of Object.entries(spec.hyperparams ?? {}))
    if (!Array.isArray(values) || values.length === 0)
      throw invalidSweep(`hyper-parameter "${name}" has no values to try`, {
        hint: `give a list of at least one value, e.g. ${name}=[1,2,3]`,
      });
}

function axesOf(spec: SweepSpec): readonly (readonly [string, readonly Json[]])[] {
  const axes = Object.entries(spec.hyperparams ?? {});
  if (spec.trials !== undefined)
    throw invalidSweep(`strategy "${spec.strategy}" does not take complete trials`, {
      hint: 'use strategy "list" with a param file, or give hyper-parameters',
    });
  if (axes.length === 0)
    throw invalidSweep('the sweep has no hyper-parameters to vary', {
      hint: 'name at least one with its values, e.g. depth=[2,4,8]',
    });
  return axes;
}

function planGrid(spec: SweepSpec): readonly TrialParams[] {
  const axes = axesOf(spec);
  const total = combinationCount(axes);
  const count = Math.min(total, spec.maxIterations ?? total);
  if (count > mostTrials)
    throw invalidSweep(`the grid has ${total} combinations`, {
      hint: `set maxIterations (at most ${mostTrials}), or use strategy "random"`,
    });
  return Array.from({ length: count }, (_, index) => combination(axes, index));
}

function planList(spec: SweepSpec): readonly TrialParams[] {
  const trials = spec.trials ?? zip(axesOf(spec));
  if (spec.trials !== undefined && spec.hyperparams !== undefined)
    throw invalidSweep('the sweep has both hyper-parameters and complete trials', {
      hint: 'give one of the two',
    });
  if (trials.length === 0)
    throw invalidSweep('the list of trials is empty', { hint: 'give at least one trial' });
  return trials.slice(0, spec.maxIterations);
}

function zip(axes: readonly (readonly [string, readonly Json[]])[]): readonly TrialParams[] {
  const [first] = axes;
  const length = first?.[1].length ?? 0;
  const odd = axes.find(([, values]) => values.length !== length);
  if (odd)
    throw invalidSweep(
      `hyper-parameter "${odd[0]}" has ${odd[1].length} values, "${first?.[0]}" has ${length}`,
      { hint: 'strategy "list" takes the first values together, then the second: give lists of one length' },
    );
  return Array.from({ length }, (_, i) =>
    Object.fromEntries(axes.map(([name, values]) => [name, values[i] ?? null])),
  );
}

function planRandom(spec: SweepSpec): readonly TrialParams[] {
  const axes = axesOf(spec).map(([name, values]) => [name, distinct(values)] as const);
  const total = combinationCount(axes);
  const count = spec.maxIterations ?? Math.min(defaultRandomTrials, total);
  if (count > mostTrials)
    throw invalidSweep(`${count} random trials are asked for`, {
      hint: `set maxIterations to at most ${mostTrials}`,
    });
  const random = createRandom(spec.seed);
  const trials: TrialParams[] = [];
  while (trials.length < count) {
    const drawn = drawDistinct(total, Math.min(total, count - trials.length), random);
    trials.push(...drawn.map((index) => combination(axes, index)));
  }
  return trials;
}

/** Distinct whole numbers below `total`: a shuffle that keeps only the places it has touched, so any total will do. */
function drawDistinct(total: number, count: number, random: () => number): number[] {
  const moved = new Map<number, number>();
  return Array.from({ length: count }, (_, i) => {
    const from = i + Math.floor(random() * (total - i));
    const drawn = moved.get(from) ?? from;
    moved.set(from, moved.get(i) ?? i);
    return drawn;
  });
}

function distinct(values: readonly Json[]): readonly Json[] {
  return [...new Map(values.map((value) => [canonicalJson(value), value])).values()];
}

function combinationCount(axes: readonly (readonly [string, readonly Json[]])[]): number {
  return Math.min(
    axes.reduce((product, [, values]) => product * values.length, 1),
    Number.MAX_SAFE_INTEGER,
  );
}

/** The combination with this number, the first hyper-parameter varying fastest. */
function combination(axes: readonly (readonly [string, readonly Json[]])[], index: number): TrialParams {
  let rest = index;
  const params: Record<string, Json> = {};
  for (const [name, values] of axes) {
    params[name] = values[rest % values.length] ?? null;
    rest = Math.floor(rest / values.length);
  }
  return params;
}
