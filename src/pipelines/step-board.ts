import type { RunState } from '../tracking/run.ts';
import type { PlanStep } from './plan.ts';
import { dependenciesOf, needsDataOf } from './plan-graph.ts';

/** A step that will not run, and why. */
export interface SkippedStep {
  readonly id: string;
  readonly reason: string;
}

interface Place {
  readonly step: PlanStep;
  readonly dependencies: readonly string[];
  /** Dependencies that have not ended. */
  waiting: number;
  state: RunState;
  reason?: string;
  /** Whether the reason goes back to a failure, rather than to a condition that did not hold. */
  failed: boolean;
}

/**
 * Which steps may start, which run, which ended: the decisions of an engine without its effects. Each call costs time in
 * proportion to the edges it touches, so that a run is linear in the plan.
 */
export class StepBoard {
  readonly #places: ReadonlyMap<string, Place>;
  readonly #dependents: ReadonlyMap<string, readonly string[]>;
  readonly #ready: string[] = [];
  #unfinished: number;

  constructor(steps: readonly PlanStep[]) {
    const places = new Map<string, Place>();
    const dependents = new Map<string, string[]>();
    for (const step of steps) {
      const dependencies = dependenciesOf(step);
      places.set(step.id, {
        step,
        dependencies,
        waiting: dependencies.length,
        state: 'created',
        failed: false,
      });
      if (dependencies.length === 0) this.#ready.push(step.id);
      for (const id of dependencies) {
        const known = dependents.get(id);
        if (known === undefined) dependents.set(id, [step.id]);
        else known.push(step.id);
      }
    }
    this.#places = places;
    this.#dependents = dependents;
    this.#unfinished = steps.length;
  }

  /** Whether every step has ended or been skipped. */
  get isDone(): boolean {
    return this.#unfinished === 0;
  }

  /** Takes the next step that may start, or undefined when none may now. */
  start(): PlanStep | undefined {
    for (let id = this.#ready.shift(); id !== undefined; id = this.#ready.shift()) {
      const place = this.#place(id);
      if (place.state !== 'created') continue;
      place.state = 'running';
      return place.step;
    }
    return undefined;
  }

  /** Records how a step ended, and gives the steps that therefore never run. */
  end(id: string, state: RunState, reason?: string): readonly SkippedStep[] {
    const failed = state !== 'completed' && state !== 'skipped';
    this.#finish(this.#place(id), state, reason, failed);
    return this.#release(id);
  }

  /** Skips everything that has not started. */
  stop(reason: (step: PlanStep) => string): readonly SkippedStep[] {
    const skipped: SkippedStep[] = [];
    for (const [id, place] of this.#places) {
      if (place.state !== 'created') continue;
      const why = reason(place.step);
      this.#finish(place, 'skipped', why, true);
      skipped.push({ id, reason: why });
    }
    return skipped;
  }

  /** Whether a step waits, directly or through others, for `other`. */
  dependsOn(id: string, other: string): boolean {
    const { dependencies } = this.#place(id);
    return dependencies.includes(other) || dependencies.some((one) => this.dependsOn(one, other));
  }

  #release(ended: string): readonly SkippedStep[] {
    const skipped: SkippedStep[] = [];
    const queue = [ended];
    for (let from = queue.shift(); from !== undefined; from = queue.shift()) {
      for (const id of this.#dependents.get(from) ?? []) {
        const place = this.#place(id);
        if (place.state !== 'created') continue;
        place.waiting -= 1;
        const blocked = this.#blockedBy(place, from);
        if (blocked !== undefined) {
          this.#finish(place, 'skipped', blocked.reason, blocked.failed);
          skipped.push({ id, reason: blocked.reason });
          queue.push(id);
        } else if (place.waiting === 0) this.#ready.push(id);
      }
    }
    return skipped;
  }

  #blockedBy(place: Place, id: string): { reason: string; failed: boolean } | undefined {
    const before = this.#place(id);
    if (before.state === 'completed') return undefined;
    if (before.state !== 'skipped') return { reason: `step "${id}" ${endedAs(before.state)}`, failed: true };
    // a condition that did not hold leaves nothing to wait for; only its data is missing
    if (!before.failed && !needsDataOf(place.step, id)) return undefined;
    return {
      reason: `step "${id}" was skipped: ${before.reason ?? 'it did not run'}`,
      failed: before.failed,
    };
  }

  #finish(place: Place, state: RunState, reason: string | undefined, failed: boolean): void {
    place.state = state;
    if (reason !== undefined) place.reason = reason;
    place.failed = failed;
    this.#unfinished -= 1;
  }

  #place(id: string): Place {
    const place = this.#places.get(id);
    if (place === undefined) throw new Error(`step "${id}" is not in the plan`);
    return place;
  }
}

function endedAs(state: RunState): string {
  if (state === 'aborted') return 'was aborted';
  return state === 'lost' ? 'was lost' : 'failed';
}
