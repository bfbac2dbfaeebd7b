import { internalError } from '../../core/errors.ts';
import type { RunState } from '../../tracking/run.ts';
import type { Plan, PlanStep } from '../plan/plan.ts';
import { gatheredEnd } from './gathered-end.ts';
import { type ItemScope, renderScope, type ScopeItem } from './item-scope.ts';
import { ItemSlots } from './item-slots.ts';
import { createPlace, type Place } from './place.ts';
import { PlanIndex } from './plan-index.ts';

export type BoardPlan = Pick<Plan['spec'], 'steps' | 'maps' | 'pruned'>;

/** What may start now: a step (of one item, inside maps), or a map whose items can be told. */
export type Startable =
  | { readonly type: 'step'; readonly id: string; readonly step: PlanStep; readonly scope: ItemScope }
  | { readonly type: 'map'; readonly id: string; readonly map: string; readonly scope: ItemScope };

/** A step that ended without running itself: skipped, or gathered from its items. */
export interface SettledStep {
  readonly id: string;
  readonly step: PlanStep;
  readonly state: RunState;
  readonly reason?: string;
  /** Whether it stands for its items, each of which is told about by itself. */
  readonly isGathered: boolean;
}

/**
 * Which steps may start, which run, which ended: the decisions of an engine without its effects. Each call costs time in
 * proportion to the edges it touches, so that a run is linear in the plan and its items.
 */
export class StepBoard {
  readonly #index: PlanIndex;
  readonly #places = new Map<string, Place>();
  readonly #dependents = new Map<string, Place[]>();
  readonly #ready: Place[] = [];
  #next = 0;
  #unfinished = 0;

  constructor(plan: BoardPlan) {
    this.#index = new PlanIndex(plan);
    this.#settle(this.#link(this.#open([], undefined)));
  }

  /** Whether every step has ended or been skipped. */
  get isDone(): boolean {
    return this.#unfinished === 0;
  }

  /** Of a step of one item, the item's place in its map, those in outer maps first; undefined for any other step. */
  itemOf(id: string): readonly number[] | undefined {
    const scope = this.#places.get(id)?.scope ?? [];
    return scope.length === 0 ? undefined : scope.map(({ index }) => index);
  }

  /** Takes the next step or map that may start, or undefined when none may now. */
  start(): Startable | undefined {
    while (this.#next < this.#ready.length) {
      const place = this.#ready[this.#next++];
      if (place?.state !== 'created') continue;
      place.state = 'running';
      const { id, scope } = place;
      if (place.kind === 'map') return { type: 'map', id, map: place.map, scope };
      return { type: 'step', id, step: place.step, scope };
    }
    this.#ready.length = 0;
    this.#next = 0;
    return undefined;
  }

  /**
   * Records how a step ended, and gives the steps that are settled by that. `failed`: whether that goes back to a failure, which a
   * skipped step's may.
   */
  end(
    id: string,
    state: RunState,
    reason?: string,
    failed: boolean = state !== 'completed' && state !== 'skipped',
  ): readonly SettledStep[] {
    const place = this.#place(id);
    this.#finish(place, state, reason, failed);
    return this.#settle([place]);
  }

  /** A map's items are known: its steps may start for each. Gives the steps that are settled by that. */
  expand(id: string, items: readonly ScopeItem[], parallelism?: number): readonly SettledStep[] {
    const place = this.#place(id);
    if (place.kind !== 'map') throw internalError(`"${id}" is no map`);
    this.#finish(place, 'completed', undefined, false);
    const slots = new ItemSlots(parallelism ?? Number.POSITIVE_INFINITY);
    const opened = items.flatMap((item) => {
      const slot = slots.open();
      return this.#open([...place.scope, item], place.map, (one) => slots.add(slot, one));
    });
    const blocked = this.#link(opened);
    const ended = this.#gatherItems(place, items);
    return this.#settle([...blocked, ...ended]);
  }

  /** Skips everything that has not started. */
  stop(reason: (step: PlanStep) => string): readonly SettledStep[] {
    const stopped: Place[] = [];
    for (const place of this.#places.values()) {
      if (place.state !== 'created' || (place.kind === 'gather' && place.isExpanded)) continue;
      this.#finish(place, 'skipped', reason(place.step), true);
      stopped.push(place);
    }
    const gathered: Place[] = [];
    for (const place of stopped)
      for (const gather of this.#dependents.get(place.id) ?? [])
        if (gather.state === 'created' && this.#countDown(gather, place)) gathered.push(gather);
    return [...stopped, ...this.#settledBy(gathered)].flatMap(toSettled);
  }

  /** The places of one item (or of none, for the plan itself), not yet linked. */
  #open(scope: ItemScope, map: string | undefined, admit?: (place: Place) => void): readonly Place[] {
    const suffix = renderScope(scope);
    const opened = [
      ...this.#index.stepsIn(map).map((step) => createPlace('step', `${step.id}${suffix}`, step, scope)),
      ...this.#index.mapsIn(map).flatMap((inner) => {
        const steps = this.#index.stepsBelow(inner);
        const [first] = steps;
        if (first === undefined) return [];
        const gathers = steps.map((step) => createPlace('gather', `${step.id}${suffix}`, step, scope, inner));
        return [createPlace('map', `map:${inner}${suffix}`, first, scope, inner), ...gathers];
      }),
    ];
    for (const place of opened) {
      admit?.(place);
      this.#places.set(place.id, place);
    }
    this.#unfinished += opened.length;
    return opened;
  }

  /** Lets each place wait for what it depends on; gives those that are blocked from the start. */
  #link(opened: readonly Place[]): readonly Place[] {
    const blocked: Place[] = [];
    for (const place of opened) {
      for (const { id, isData } of this.#index.edgesOf(place)) {
        const before = this.#place(id);
        place.edges.set(id, isData);
        if (before.state === 'created' || before.state === 'running') this.#wait(place, before);
        else this.#block(place, before);
        if (place.state !== 'created') break;
      }
      if (place.state !== 'created') blocked.push(place);
      else if (place.waiting === 0 && place.kind !== 'gather') this.#ready.push(place);
    }
    return blocked;
  }

  #wait(place: Place, before: Place): void {
    place.waiting += 1;
    const known = this.#dependents.get(before.id);
    if (known === undefined) this.#dependents.set(before.id, [place]);
    else known.push(place);
  }

  /** The steps inside a map wait, as a whole, for each of its items. */
  #gatherItems(map: Place, items: readonly ScopeItem[]): readonly Place[] {
    const ended: Place[] = [];
    const suffix = renderScope(map.scope);
    for (const step of this.#index.stepsBelow(map.map)) {
      const gather = this.#place(`${step.id}${suffix}`);
      if (gather.state !== 'created') continue;
      gather.isExpanded = true;
      gather.waiting = 0;
      for (const item of items) {
        const child = this.#place(`${step.id}${renderScope([...map.scope, item])}`);
        gather.children.push(child);
        if (child.state === 'created' || child.state === 'running') this.#wait(gather, child);
      }
      if (gather.waiting === 0) ended.push(this.#gather(gather));
    }
    return ended;
  }

  /** What is settled because these have ended: told, and passed on to what waits for them. */
  #settle(ended: readonly Place[]): readonly SettledStep[] {
    const settled = this.#settledBy(ended);
    return settled.filter((place) => place.isSettled).flatMap(toSettled);
  }

  #settledBy(ended: readonly Place[]): readonly Place[] {
    const queue = [...ended];
    for (let at = 0; at < queue.length; at++) {
      const from = queue[at];
      if (from === undefined) break;
      for (const place of this.#dependents.get(from.id) ?? []) {
        if (place.state !== 'created') continue;
        if (place.kind === 'gather' && place.isExpanded) {
          if (this.#countDown(place, from)) queue.push(place);
          continue;
        }
        place.waiting -= 1;
        this.#block(place, from);
        if (place.state !== 'created') queue.push(place);
        else if (place.waiting === 0 && place.kind !== 'gather') this.#ready.push(place);
      }
    }
    return queue;
  }

  /** Whether an item's step was the last one that its gathering waited for. */
  #countDown(gather: Place, child: Place): boolean {
    if (!gather.isExpanded || gather.edges.has(child.id)) return false;
    gather.waiting -= 1;
    if (gather.waiting > 0) return false;
    this.#gather(gather);
    return true;
  }

  #gather(place: Place): Place {
    const { state, reason, failed } = gatheredEnd(place.children);
    this.#finish(place, state, reason, failed);
    place.isSettled = true;
    return place;
  }

  /** Skips a place whose dependency ended in a way that leaves it nothing to run with. */
  #block(place: Place, before: Place): void {
    if (before.state === 'completed') return;
    // a condition that did not hold leaves nothing to wait for; only its data is missing
    const isMissing = before.state !== 'skipped' || before.failed || place.edges.get(before.id) === true;
    if (!isMissing) return;
    this.#finish(place, 'skipped', blockedReason(before), before.state !== 'skipped' || before.failed);
    place.isSettled = true;
  }

  #finish(place: Place, state: RunState, reason: string | undefined, failed: boolean): void {
    place.state = state;
    if (reason !== undefined) place.reason = reason;
    place.failed = failed;
    this.#unfinished -= 1;
    for (const freed of place.leave?.() ?? [])
      if (freed.state === 'created' && freed.kind !== 'gather') this.#ready.push(freed);
  }

  #place(id: string): Place {
    const place = this.#places.get(id);
    if (place === undefined) throw internalError(`step "${id}" is not in the plan`);
    return place;
  }
}

function blockedReason(before: Place): string {
  if (before.kind === 'map') return before.reason ?? 'its map did not run';
  if (before.state === 'skipped')
    return `step "${before.id}" was skipped: ${before.reason ?? 'it did not run'}`;
  return `step "${before.id}" ${endedAs(before.state)}`;
}

function endedAs(state: RunState): string {
  if (state === 'aborted') return 'was aborted';
  return state === 'lost' ? 'was lost' : 'failed';
}

/** Maps themselves, and gatherings inside other maps, are no steps that anybody knows. */
function toSettled({ kind, id, step, state, reason, scope }: Place): readonly SettledStep[] {
  if (kind === 'map' || (kind === 'gather' && scope.length > 0)) return [];
  return [{ id, step, state, ...(reason === undefined ? {} : { reason }), isGathered: kind === 'gather' }];
}
