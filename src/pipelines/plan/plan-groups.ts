import { renderValue } from '../render/render-value.ts';
import type { Plan, PlanStep } from './plan.ts';
import { mapChain } from './plan-graph.ts';

/** Steps that are drawn together: those of a pipeline inside the pipeline, or of a map; groups may hold groups. */
export interface PlanGroup {
  readonly title: string;
  readonly steps: readonly PlanStep[];
  readonly groups: readonly PlanGroup[];
}

/** How a plan's steps are grouped for drawing; the outermost group is the plan itself. */
export function groupSteps(plan: Plan): PlanGroup {
  const root = new Draft(plan.metadata.name);
  for (const step of plan.spec.steps) root.at(pathOf(plan, step)).steps.push(step);
  if (plan.spec.onExit !== undefined) root.steps.push(plan.spec.onExit);
  return root;
}

class Draft implements PlanGroup {
  readonly title: string;
  readonly steps: PlanStep[] = [];
  readonly groups: Draft[] = [];

  constructor(title: string) {
    this.title = title;
  }

  at(path: readonly string[]): Draft {
    const [first, ...rest] = path;
    if (first === undefined) return this;
    let inner = this.groups.find((one) => one.title === first);
    if (inner === undefined) {
      inner = new Draft(first);
      this.groups.push(inner);
    }
    return inner.at(rest);
  }
}

/** Titles of the groups around a step, the outermost first: maps around, pipelines inside them. */
function pathOf(plan: Plan, step: PlanStep): readonly string[] {
  const { maps = {} } = plan.spec;
  const inner = step.id.split('.').slice(0, -1);
  const around = mapChain(step.map, maps).map((id) => {
    const map = maps[id];
    return map === undefined ? id : `for each of ${renderValue(map.items)}`;
  });
  return [...inner.map((_, at) => inner.slice(0, at + 1).join('.')), ...around];
}
