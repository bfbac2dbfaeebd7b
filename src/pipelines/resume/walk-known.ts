import { internalError } from '../../core/errors.ts';
import { PlanValues } from '../engine/plan-values.ts';
import { type Startable, StepBoard } from '../engine/step-board.ts';
import type { StepInputs } from '../engine/step-values.ts';
import { mapInvalid, stepOutputMissing } from '../errors.ts';
import type { Plan, PlanFunction, PlanStep, PrunedStep } from '../plan/plan.ts';

/** A step, of one item inside maps, all of whose dependencies are known. */
export interface KnownStep {
  readonly id: string;
  readonly step: PlanStep;
  readonly called: PlanFunction;
  /** What it would be called with. */
  resolve(): StepInputs;
}

export interface KnownWalk {
  /** What is known of a step from the start: it waits for nothing. */
  readonly prune: (id: string) => PrunedStep | undefined;
  /** What stands for a step; undefined leaves it, and all that depends on it, to run. */
  readonly decide: (known: KnownStep) => PrunedStep | undefined;
  /** Told how many items a map has, each time that they are known. */
  readonly items?: (map: string, count: number) => void;
}

/**
 * Goes through a plan as an engine would, but runs nothing: from step to step as far as what stands for them allows, through maps
 * and conditions whose values are known by that.
 */
export function walkKnown(plan: Plan, walk: KnownWalk): void {
  const board = new StepBoard(plan.spec);
  const values = new PlanValues(plan);
  for (let next = board.start(); next !== undefined; next = board.start()) {
    const settled =
      next.type === 'map'
        ? openMap(plan, board, values, walk, next)
        : passStep(plan, board, values, walk, next);
    for (const one of settled) if (one.isGathered && one.state === 'completed') values.keepGathered(one.id);
  }
}

type Settled = ReturnType<StepBoard['end']>;

function openMap(
  plan: Plan,
  board: StepBoard,
  values: PlanValues,
  walk: KnownWalk,
  { id, map, scope }: Extract<Startable, { type: 'map' }>,
): Settled {
  const unmet = attempt(() => values.unmet(plan.spec.maps?.[map]?.when, scope, `the map "${map}"`));
  if (unmet === failed) return [];
  if (unmet !== undefined) return board.end(id, 'skipped', unmet);
  const items = attempt(() => values.expand(map, scope));
  if (items === failed) return [];
  walk.items?.(map, items.length);
  return board.expand(id, items);
}

function passStep(
  plan: Plan,
  board: StepBoard,
  values: PlanValues,
  walk: KnownWalk,
  { id, step, scope }: Extract<Startable, { type: 'step' }>,
): Settled {
  const called = plan.spec.functions[step.function];
  if (called === undefined) throw internalError(`function "${step.function}" is not in the plan`);
  const resolve = (): StepInputs => values.inputsOf(step, id, scope, called);
  const stands =
    walk.prune(id) ??
    walk.prune(step.id) ??
    attempt((): PrunedStep | undefined => {
      const isOpen = plan.spec.pruned?.[step.id] !== undefined;
      const unmet = isOpen ? undefined : values.unmet(step.when, scope, `step "${id}"`);
      return unmet === undefined
        ? walk.decide({ id, step, called, resolve })
        : { type: 'left-out', reason: unmet };
    });
  if (stands === undefined || stands === failed) return [];
  if (stands.type === 'given') values.keep(id, { ...stands, uid: stands.run });
  return board.end(id, stands.type === 'given' ? 'completed' : 'skipped', stands.reason);
}

const failed: unique symbol = Symbol('failed');

/** Values that are not there leave a step to run, which then tells so itself. */
function attempt<Value>(act: () => Value): Value | typeof failed {
  try {
    return act();
  } catch (error) {
    if (stepOutputMissing.is(error) || mapInvalid.is(error)) return failed;
    throw error;
  }
}
