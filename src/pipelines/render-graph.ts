import type { Plan, PlanStep } from './plan.ts';
import { allSteps, dependenciesOf, valuesOf } from './plan-graph.ts';
import { outputsOf } from './plan-value.ts';

/** A flow chart in Mermaid's language, e.g. for GitHub. */
export function renderPlanMermaid(plan: Plan): string {
  const names = nodeNames(plan);
  const nodes = allSteps(plan).map((step) => `  ${names.get(step.id)}["${mermaidText(nodeLabel(step))}"]`);
  const edges = edgesOf(plan).map(
    ({ from, to, label, isData }) =>
      `  ${names.get(from)} ${isData ? '-->' : '-.->'}${label === '' ? '' : `|"${mermaidText(label)}"|`} ${names.get(to)}`,
  );
  return ['flowchart TD', ...nodes, ...edges].join('\n');
}

/** A graph in Graphviz' language. */
export function renderPlanDot(plan: Plan): string {
  const quote = (text: string): string => JSON.stringify(text);
  const nodes = allSteps(plan).map((step) => `  ${quote(step.id)} [label=${quote(nodeLabel(step))}];`);
  const edges = edgesOf(plan).map(({ from, to, label, isData }) => {
    const attributes = [
      ...(label === '' ? [] : [`label=${quote(label)}`]),
      ...(isData ? [] : ['style=dashed']),
    ];
    return `  ${quote(from)} -> ${quote(to)}${attributes.length === 0 ? '' : ` [${attributes.join(', ')}]`};`;
  });
  const name = quote(plan.metadata.name);
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
    dependenciesOf(step).map((from) => {
      const label = passedFrom(step, from).join(', ');
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
function passedFrom(step: PlanStep, from: string): readonly string[] {
  const taken = valuesOf(step)
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
