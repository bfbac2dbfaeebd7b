import { compileArgo } from '../../../../src/pipelines/argo/compile-argo.ts';
import type { ArgoOptions } from '../../../../src/pipelines/argo/compile-options.ts';
import type {
  DagTask,
  DagTemplate,
  LeafTemplate,
  Workflow,
} from '../../../../src/pipelines/argo/workflow.ts';
import type { Plan, PlanMap, PlanValue } from '../../../../src/pipelines/plan/plan.ts';

export const image: string = `registry.example.com/demo/any@sha256:${'1'.repeat(64)}`;

/** Of a run that somebody follows. */
export const argoOptions: ArgoOptions = {
  name: 'demo-run',
  imageOf: () => image,
  delivery: 'demo-run',
  trackingUrl: 'http://tracking.example.com:5001',
  run: '01m7zc3bcwhz5z6snkxpvefjm1',
};

export const compile = (plan: Plan, more: Partial<ArgoOptions> = {}): Workflow =>
  compileArgo(plan, { ...argoOptions, ...more });

export const dags = ({ spec }: Workflow): readonly DagTemplate[] =>
  spec.templates.filter((one): one is DagTemplate => 'dag' in one);

export const leaves = ({ spec }: Workflow): readonly LeafTemplate[] =>
  spec.templates.filter((one): one is LeafTemplate => 'container' in one);

/** Tasks of a template by name. */
export function tasks(workflow: Workflow, template = 'pipeline'): Readonly<Record<string, DagTask>> {
  const found = dags(workflow).find(({ name }) => name === template);
  return Object.fromEntries((found?.dag.tasks ?? []).map((task) => [task.name, task]));
}

export const map = (items: PlanValue, more: Partial<PlanMap> = {}): PlanMap => ({
  items,
  after: [],
  ...more,
});

export const item = (of: string): PlanValue => ({ type: 'item', of, part: 'value', path: [] });

export const gather = (of: string, value: PlanValue, steps: readonly string[]): PlanValue => ({
  type: 'gather',
  of,
  value,
  steps,
  path: [],
});
