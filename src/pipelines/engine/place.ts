import type { RunState } from '../../tracking/run.ts';
import type { PlanStep } from '../plan/plan.ts';
import type { ItemScope } from './item-scope.ts';

/**
 * One place on the board: a step (of one item, inside maps), a map whose items are still to be told, or a mapped step as a
 * whole, which what is outside the map waits for.
 */
export interface Place {
  readonly kind: 'step' | 'map' | 'gather';
  readonly id: string;
  /** Of a map: the first step inside it. */
  readonly step: PlanStep;
  readonly scope: ItemScope;
  /** Of a map its id; of a gathering the map that it gathers. */
  readonly map: string;
  /** What it depends on by id, and whether for its data. */
  readonly edges: Map<string, boolean>;
  /** Of a gathering: the step of each item. */
  readonly children: Place[];
  /** Dependencies that have not ended, and a turn that has not come. */
  waiting: number;
  state: RunState;
  reason?: string;
  /** Whether the reason goes back to a failure, rather than to a condition that did not hold. */
  failed: boolean;
  /** Of a gathering: whether the items are known. */
  isExpanded: boolean;
  /** Whether the board itself decided how it ended. */
  isSettled: boolean;
  /** Tells the slot of its item that it ended; gives places of other items whose turn has come. */
  leave?: () => readonly Place[];
}

export function createPlace(
  kind: Place['kind'],
  id: string,
  step: PlanStep,
  scope: ItemScope,
  map = '',
): Place {
  return {
    kind,
    id,
    step,
    scope,
    map,
    edges: new Map(),
    children: [],
    waiting: 0,
    state: 'created',
    failed: false,
    isExpanded: false,
    isSettled: false,
  };
}
