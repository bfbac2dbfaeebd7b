import type { Json } from '../../core/json.ts';
import { testCondition } from '../dsl/condition.ts';
import type { Plan, PlanCondition, PlanFunction, PlanStep, PlanValue } from '../plan/plan.ts';
import { mapChain } from '../plan/plan-graph.ts';
import { stepsOf } from '../plan/plan-value.ts';
import { renderCondition, renderValue } from '../render/render-value.ts';
import { type ItemScope, renderScope, type ScopeItem, sharedScope } from './item-scope.ts';
import { mapItems } from './map-items.ts';
import {
  type MapItems,
  resolveStepInputs,
  resolveValue,
  type StepInputs,
  type StepOutputs,
  type ValueSource,
} from './step-values.ts';

/** What is known of a plan's values while it runs: outputs of steps, items of maps. */
export class PlanValues {
  readonly #plan: Plan;
  readonly #outputs = new Map<string, StepOutputs>();
  readonly #items = new Map<string, MapItems>();
  readonly #gathered = new Set<string>();
  readonly #chains: ReadonlyMap<string, readonly string[]>;

  constructor(plan: Plan) {
    const { steps, maps } = plan.spec;
    this.#plan = plan;
    this.#chains = new Map(steps.map((step) => [step.id, mapChain(step.map, maps)]));
  }

  /** A step has completed with these outputs. */
  keep(id: string, outputs: StepOutputs): void {
    this.#outputs.set(id, outputs);
  }

  /** A mapped step has completed for all its items. */
  keepGathered(id: string): void {
    this.#gathered.add(id);
  }

  /** The items of a map, remembered for what it gives later. Throws `MAP_INVALID`, `STEP_OUTPUT_MISSING`. */
  expand(map: string, scope: ItemScope): readonly ScopeItem[] {
    const definition = this.#plan.spec.maps?.[map];
    if (definition === undefined) return [];
    const value = resolveValue(definition.items, this.source(scope), `the map "${map}"`);
    const items = mapItems(map, definition, value);
    this.#items.set(`${map}${renderScope(scope)}`, { outer: scope, items });
    return items;
  }

  /** Params and inputs of a step that may start. Throws `STEP_OUTPUT_MISSING`. */
  inputsOf(step: PlanStep, id: string, scope: ItemScope, called: PlanFunction): StepInputs {
    return resolveStepInputs({ id, arguments: step.arguments }, called, this.source(scope));
  }

  /** Why a condition does not hold now; undefined when it does. */
  unmet(condition: PlanCondition | undefined, scope: ItemScope, user: string): string | undefined {
    if (condition === undefined) return undefined;
    const source = this.source(scope);
    const read = (value: PlanValue): Json => resolveValue(value, source, user);
    if (testCondition(condition, read)) return undefined;
    const show = (value: PlanValue): string =>
      value.type === 'literal'
        ? renderValue(value)
        : `${renderValue(value)} (${JSON.stringify(read(value))})`;
    return `its condition does not hold: ${renderCondition(condition, show)}`;
  }

  /** Outputs of the plan whose steps have completed; those of skipped and failed steps are left out. */
  planOutputs(): Readonly<Record<string, Json>> {
    const source = this.source([]);
    const known = Object.entries(this.#plan.spec.outputs).filter(([, value]) =>
      stepsOf(value).every((id) => this.#outputs.has(id) || this.#gathered.has(id)),
    );
    return Object.fromEntries(
      known.map(([name, value]) => [name, resolveValue(value, source, `the pipeline's output "${name}"`)]),
    );
  }

  source(scope: ItemScope): ValueSource {
    const { maps } = this.#plan.spec;
    return {
      arguments: this.#plan.spec.arguments,
      outputs: this.#outputs,
      chainOf: (step) => this.#chains.get(step) ?? [],
      itemsOf: (map, at) => {
        const outer = sharedScope(at, mapChain(maps?.[map]?.within, maps));
        return this.#items.get(`${map}${renderScope(outer)}`);
      },
      scope,
    };
  }
}
