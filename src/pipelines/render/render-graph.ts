import type { Plan, PlanStep } from '../plan/plan.ts';
import { allSteps, dependenciesOf, valuesOf } from '../plan/plan-graph.ts';
import { groupSteps, type PlanGroup } from '../plan/plan-groups.ts';
import { outputsOf } from '../plan/plan-value.ts';

/** A flow chart in Mermaid's language, e.g. for GitHub; maps and pipelines inside the pipeline are boxes around their steps. */
export function renderPlanMermaid(plan: Plan): string {
  const names = nodeNames(plan);
  let groups = 0;
  const draw = (group: PlanGroup, indent: string): readonly string[] => [
    ...group.steps.map((step) => `${indent}${names.get(step.id)}["${mermaidText(nodeLabel(step))}"]`),
    ...group.groups.flatMap((inner) => [
      `${indent}subgraph g${++groups}["${mermaidText(inner.title)}"]`,
      ...draw(inner, `${indent}  `),
      `${indent}end`,
    ]),
  ];
  const edges = edgesOf(plan).map(
    ({ from, to, label, isData }) =>
      `  ${names.get(from)} ${isData ? '-->' : '-.->'}${label === '' ? '' : `|"${mermaidText(label)}"|`} ${names.get(to)}`,
  );
  return ['flowchart TD', ...draw(groupSteps(plan), '  '), ...edges].join('\n');
}

/** A graph in Graphviz' language; maps and pipelines inside the pipeline are clusters. */
export function renderPlanDot(plan: Plan): string {
  const quote = (text: string): string => JSON.stringify(text);
  let groups = 0;
  const draw = (group: PlanGroup, indent: string): readonly string[] => [
    ...group.steps.map((step) => `${indent}${quote(step.id)} [label=${quote(nodeLabel(step))}];`),
    ...group.groups.flatMap((inner) => [
      `${indent}subgraph ${quote(`cluster_${++groups}`)} {`,
      `${indent}  label=${quote(inner.title)}; style=rounded;`,
      ...draw(inner, `${indent}  `),
      `${indent}}`,
    ]),
  ];
  const edges = edgesOf(plan).map(({ from, to, label, isData }) => {
    const attributes = [
      ...(label === '' ? [] : [`label=${quote(label)}`]),
      ...(isData ? [] : ['style=dashed']),
    ];
    return `  ${quote(from)} -> ${quote(to)}${attributes.length === 0 ? '' : ` [${attributes.join(', ')}]`};`;
  });
  const name = quote(plan.metadata.name);
  const nodes = draw(groupSteps(plan), '  ');
  return [`digraph ${name} {`, '  node [shape=box, style=rounded];', ...nodes, ...edges, '}'].join('\n');
}

interface Edge {
  readonly from: string;
  readonly to: string;
  /** What is passed, or empty for order only. */
  readonly label: string;
  readonly isData: boolean;
}

function edgesOf(plan: Plan): readonly Edge[] {
  const edges = plan.spec.steps.flatMap((step) =>
    dependenciesOf(step, plan.spec.maps).map((from) => {
      const label = passedFrom(plan, step, from).join(', ');
      return { from, to: step.id, label, isData: label !== '' };
    }),
  );
  const { onExit } = plan.spec;
  if (onExit === undefined) return edges;
  const inner = new Set(edges.map((edge) => edge.from));
  const last = plan.spec.steps.filter((step) => !inner.has(step.id));
  return [...edges, ...last.map((step) => ({ from: step.id, to: onExit.id, label: '', isData: false }))];
}

/** Names of the outputs of `from` that a step takes or decides by. */
function passedFrom(plan: Plan, step: PlanStep, from: string): readonly string[] {
  const taken = valuesOf(step, plan.spec.maps)
    .flatMap(outputsOf)
    .filter((output) => output.step === from);
  return [...new Set(taken.map((output) => output.path.join('.') || 'results'))];
}

function nodeLabel(step: PlanStep): string {
  const called = step.function === step.id ? '' : ` (${step.function})`;
  return `${step.id}${called}${step.sweep === undefined ? '' : ' ×'}`;
}

/** Mermaid takes few characters in ids. */
function nodeNames(plan: Plan): ReadonlyMap<string, string> {
  return new Map(allSteps(plan).map((step, i) => [step.id, `s${i + 1}`]));
}

const mermaidText = (text: string): string => text.replace(/"/g, '#quot;').replace(/[<>]/g, ' ');
