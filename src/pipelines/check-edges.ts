import type { Plan, PlanValue } from './plan.ts';
import { sortSteps, valuesOf } from './plan-graph.ts';

/** What makes no sense in a well-formed plan; one sentence a problem. */
export function checkEdges(plan: Plan): readonly string[] {
  const { steps, functions, outputs, onExit } = plan.spec;
  const all = onExit === undefined ? steps : [...steps, onExit];
  const ids = new Set(steps.map((step) => step.id));
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const step of all) {
    if (seen.has(step.id)) problems.push(`the step id "${step.id}" is used twice`);
    seen.add(step.id);
    if (functions[step.function] === undefined)
      problems.push(`step "${step.id}" calls the function "${step.function}", which the plan does not have`);
    for (const id of step.after)
      if (!ids.has(id))
        problems.push(`step "${step.id}" comes after the step "${id}", which the plan does not have`);
    problems.push(...valuesOf(step).flatMap((one) => checkValue(plan, ids, one, `step "${step.id}"`)));
  }
  for (const [name, one] of Object.entries(outputs))
    problems.push(...checkValue(plan, ids, one, `the output "${name}"`));
  const { cycle } = sortSteps(steps);
  if (cycle !== undefined) problems.push(`steps wait for each other: ${cycle.join(' → ')}`);
  return problems;
}

function checkValue(plan: Plan, ids: ReadonlySet<string>, value: PlanValue, user: string): readonly string[] {
  switch (value.type) {
    case 'output':
      return ids.has(value.step)
        ? []
        : [`${user} needs the step "${value.step}", which the plan does not have`];
    case 'parameter': {
      const known =
        value.name in plan.spec.arguments || plan.spec.parameters.some((one) => one.name === value.name);
      return known ? [] : [`${user} needs the parameter "${value.name}", which the plan does not have`];
    }
    case 'list':
      return value.items.flatMap((item) => checkValue(plan, ids, item, user));
    case 'record':
      return Object.values(value.entries).flatMap((item) => checkValue(plan, ids, item, user));
    case 'literal':
    case 'item':
      return [];
  }
}
