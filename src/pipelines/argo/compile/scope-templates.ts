import type { Plan, PlanMap } from '../../plan/plan.ts';
import { mapChain, runningSteps } from '../../plan/plan-graph.ts';
import { type PodTask, renderPodTask } from '../pod-task.ts';
import type { DagTask, DagTemplate, Parameter } from '../workflow.ts';
import { constantItems } from './constant-items.ts';
import { assignDecisions, type Decisions, decisionsOf } from './decisions.ts';
import type { LeafTemplates } from './leaf-templates.ts';
import { limits } from './limits.ts';
import { orderUnits } from './order-units.ts';
import { renderDepends } from './render-depends.ts';
import { type EdgeKind, mapUnit, type ScopeGraphs, stepUnit, type Unit } from './scope-graph.ts';
import { type Part, partUnits, splitUnits } from './split-units.ts';
import { taskName } from './task-name.ts';

const outerAt: Parameter = { name: 'at', value: '{{inputs.parameters.at}}' };

/** The DAG templates of a plan: one for its own scope, one for the items of each map, more where one would hold too many tasks. */
export class ScopeTemplates {
  readonly #plan: Plan;
  readonly #graphs: ScopeGraphs;
  readonly #leaves: LeafTemplates;
  readonly #templates: DagTemplate[] = [];

  constructor(plan: Plan, graphs: ScopeGraphs, leaves: LeafTemplates) {
    this.#plan = plan;
    this.#graphs = graphs;
    this.#leaves = leaves;
  }

  /** Renders the scope of the plan itself under this name, and whatever that needs. */
  render(entrypoint: string): readonly DagTemplate[] {
    this.#renderScope(undefined, entrypoint);
    return this.#templates;
  }

  #renderScope(scope: string | undefined, name: string): void {
    const units = this.#graphs.get(scope) ?? [];
    // a map whose items a pod of its own tells takes two tasks
    const weightOf = ({ map }: Unit): number => (map === undefined ? 1 : 2);
    const parts = splitUnits(orderUnits(units), limits.tasks, weightOf);
    this.#renderParts(parts, name, scope);
  }

  /** One part is the scope itself; of several each gets a template, and the scope is the graph of them. */
  #renderParts(parts: readonly Part[], name: string, scope: string | undefined): void {
    const [only] = parts;
    if (parts.length <= 1) {
      this.#push(name, scope, this.#renderPart(only ?? [], scope));
      return;
    }
    const names = parts.map((_, index) => `${name}-part-${index + 1}`);
    const units = partUnits(parts, (index) => names[index] ?? '');
    const tasks = units.map((unit): DagTask => {
      const depends = renderDepends([...unit.edges].sort());
      return {
        name: unit.id,
        template: unit.id,
        ...(scope === undefined ? {} : { arguments: { parameters: [outerAt] } }),
        ...(depends === undefined ? {} : { depends }),
      };
    });
    this.#push(name, scope, tasks);
    for (const [index, part] of parts.entries())
      this.#push(names[index] ?? '', scope, this.#renderPart(part, scope));
  }

  #push(name: string, scope: string | undefined, tasks: readonly DagTask[], parallelism?: number): void {
    const failFast = this.#plan.spec.onFailure === 'continue' ? ({ failFast: false } as const) : {};
    this.#templates.push({
      name,
      ...(scope === undefined ? {} : { inputs: { parameters: [{ name: 'at' }] } }),
      ...(parallelism === undefined ? {} : { parallelism }),
      dag: { ...failFast, tasks },
    });
  }

  #renderPart(part: Part, scope: string | undefined): readonly DagTask[] {
    const decisions = assignDecisions(this.#plan, part);
    const flags = placesOf(decisions, 'flags');
    const lists = placesOf(decisions, 'lists');
    const here = new Set(part.map(({ id }) => id));
    return part.flatMap((unit): readonly DagTask[] => {
      const edges = [...unit.edges].filter(([id]) => here.has(id)).sort();
      if (unit.map !== undefined) return this.#renderMap(unit.map, scope, edges, lists.get(unit.map));
      const { step } = unit;
      if (step === undefined) return [];
      const tell = decisionsOf(decisions, step.id);
      const flag = flags.get(step.id);
      const depends = renderDepends(named(edges));
      return [
        {
          name: taskName(step.id),
          template: this.#leaves.nameFor(step, tell),
          arguments: podArguments({ kind: 'step', id: step.id, tell }, scope),
          ...(depends === undefined ? {} : { depends }),
          ...(flag === undefined ? {} : { when: `${flag} == true` }),
        },
      ];
    });
  }

  /** The items of a map come from the step before, from the plan itself, or from a pod that tells them. */
  #renderMap(
    map: string,
    scope: string | undefined,
    edges: readonly (readonly [string, EdgeKind])[],
    told: string | undefined,
  ): readonly DagTask[] {
    const definition = this.#plan.spec.maps?.[map];
    if (definition === undefined) return [];
    const name = this.#renderLoop(map, definition);
    const constant = told === undefined ? constantItems(this.#plan, map) : undefined;
    const list = told ?? (constant === undefined ? undefined : JSON.stringify(constant));
    const asks = list === undefined ? this.#renderQuestion(map, scope, name, edges) : undefined;
    const waits = asks === undefined ? named(edges) : [[asks.name, 'data'] as const];
    const depends = renderDepends(waits);
    return [
      ...(asks === undefined ? [] : [asks]),
      {
        name,
        template: name,
        arguments: {
          parameters: [
            { name: 'list', value: list ?? `{{tasks.${asks?.name}.outputs.parameters.list-1}}` },
            ...(scope === undefined ? [] : [outerAt]),
          ],
        },
        ...(depends === undefined ? {} : { depends }),
      },
    ];
  }

  #renderQuestion(
    map: string,
    scope: string | undefined,
    name: string,
    edges: readonly (readonly [string, EdgeKind])[],
  ): DagTask | undefined {
    const { maps } = this.#plan.spec;
    // only steps that run have an image
    const inside = runningSteps(this.#plan).filter((step) => mapChain(step.map, maps).includes(map));
    const first = inside.find((step) => step.map === map) ?? inside[0];
    if (first === undefined) return undefined;
    const tell = { flags: [], lists: [map] };
    const depends = renderDepends(named(edges));
    return {
      name: `${name}-items`,
      template: this.#leaves.nameFor(first, tell),
      arguments: podArguments({ kind: 'map', id: map, tell }, scope),
      ...(depends === undefined ? {} : { depends }),
    };
  }

  /** A template around the loop, which is what a limit of items at once has to stand on. */
  #renderLoop(map: string, { parallelism, within }: PlanMap): string {
    const name = `map-${taskName(map)}`;
    const item = `item-${taskName(map)}`;
    const at = within === undefined ? '{{item}}' : '{{inputs.parameters.at}}.{{item}}';
    const failFast = this.#plan.spec.onFailure === 'continue' ? ({ failFast: false } as const) : {};
    this.#templates.push({
      name,
      inputs: { parameters: [{ name: 'list' }, ...(within === undefined ? [] : [{ name: 'at' }])] },
      ...(parallelism === undefined ? {} : { parallelism }),
      dag: {
        ...failFast,
        tasks: [
          {
            name: 'item',
            template: item,
            arguments: { parameters: [{ name: 'at', value: at }] },
            withParam: '{{inputs.parameters.list}}',
          },
        ],
      },
    });
    this.#renderScope(map, item);
    return name;
  }
}

function podArguments(
  task: Omit<PodTask, 'at'>,
  scope: string | undefined,
): { readonly parameters: readonly Parameter[] } {
  const { do: what, tell } = renderPodTask(task);
  return {
    parameters: [
      { name: 'do', value: what },
      ...(scope === undefined ? [] : [outerAt]),
      ...(tell === undefined ? [] : [{ name: 'tell', value: tell }]),
    ],
  };
}

/** Where each decision is found, by what is decided. */
function placesOf(
  decisions: ReadonlyMap<string, Decisions>,
  kind: keyof Decisions,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [step, told] of decisions)
    for (const [index, id] of told[kind].entries())
      found.set(id, `{{tasks.${taskName(step)}.outputs.parameters.${kind.slice(0, -1)}-${index + 1}}}`);
  return found;
}

/** Edges by the names of their tasks. */
function named(edges: readonly (readonly [string, EdgeKind])[]): readonly (readonly [string, EdgeKind])[] {
  return edges.map(([id, kind]) => [unitTask(id), kind] as const);
}

/** `step:train` → `train`, `map:cells` → `map-cells` */
function unitTask(id: string): string {
  if (id.startsWith(stepUnit(''))) return taskName(id.slice(stepUnit('').length));
  return `map-${taskName(id.slice(mapUnit('').length))}`;
}
