import type { Plan, PlanMap, PlanStep } from '../plan/plan.ts';
import { allSteps, dependenciesOf, mapChain } from '../plan/plan-graph.ts';
import { renderColumns } from './render-columns.ts';
import { renderPlanDot, renderPlanMermaid } from './render-graph.ts';
import { renderCondition, renderValue } from './render-value.ts';

export type PlanFormat = 'text' | 'mermaid' | 'dot';

/** A plan for people: a table of its steps and edges, or a graph as Mermaid or Graphviz text. */
export function renderPlan(plan: Plan, format: PlanFormat = 'text'): string {
  switch (format) {
    case 'text':
      return renderPlanText(plan);
    case 'mermaid':
      return renderPlanMermaid(plan);
    case 'dot':
      return renderPlanDot(plan);
  }
}

/** Header, a table of steps (what they call, get and wait for), the outputs. */
export function renderPlanText(plan: Plan): string {
  const { metadata, spec } = plan;
  const args = Object.entries(spec.arguments).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const steps = allSteps(plan);
  const rows = steps.map((step) => [
    step.id,
    step.function,
    renderOrder(plan, step),
    renderArguments(plan, step),
  ]);
  const outputs = Object.entries(spec.outputs).map(([name, value]) => [`  ${name}`, renderValue(value)]);
  return [
    `${metadata.name}: ${steps.length} steps, on failure ${spec.onFailure}${args.length === 0 ? '' : `, ${args.join(' ')}`}`,
    '',
    renderColumns([['STEP', 'FUNCTION', 'AFTER', 'ARGUMENTS'], ...rows]),
    ...(outputs.length === 0 ? [] : ['', 'outputs', renderColumns(outputs)]),
  ].join('\n');
}

function renderArguments(plan: Plan, step: PlanStep): string {
  const { maps = {}, pruned = {} } = plan.spec;
  const texts = Object.entries(step.arguments).map(([name, value]) => `${name}=${renderValue(value)}`);
  if (step.sweep !== undefined) texts.push(renderSweep(step.sweep));
  if (step.when !== undefined) texts.push(`if ${renderCondition(step.when)}`);
  for (const id of mapChain(step.map, maps)) texts.push(renderMap(maps[id]));
  const left = pruned[step.id];
  if (left !== undefined) texts.push(`(${left.reason})`);
  return texts.join(' ');
}

function renderMap(map: PlanMap | undefined): string {
  if (map === undefined) return '';
  const named = map.key === undefined ? '' : map.key === '' ? ' by itself' : ` by its ${map.key}`;
  const limit = map.parallelism === undefined ? '' : `, ${map.parallelism} at once`;
  const condition = map.when === undefined ? '' : ` if ${renderCondition(map.when)}`;
  return `for each of ${renderValue(map.items)}${named}${limit}${condition}`;
}

function renderSweep(sweep: NonNullable<PlanStep['sweep']>): string {
  const names = Object.keys(sweep.hyperparams ?? sweep.trials?.[0] ?? {});
  const selector = sweep.selector === undefined ? [] : [`by ${sweep.selector}`];
  return `sweep(${[sweep.strategy ?? 'grid', ...names, ...selector].join(', ')})`;
}

function renderOrder(plan: Plan, step: PlanStep): string {
  return step === plan.spec.onExit ? 'all others' : dependenciesOf(step, plan.spec.maps).join(', ');
}
