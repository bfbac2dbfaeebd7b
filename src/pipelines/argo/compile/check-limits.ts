import { planNotSupported } from '../../errors.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Template } from '../workflow.ts';
import { limits } from './limits.ts';

/** Throws `PLAN_NOT_SUPPORTED` for what Argo's definitions would refuse although the plan was split. */
export function checkLimits({ metadata }: Plan, templates: readonly Template[]): void {
  const size = Buffer.byteLength(JSON.stringify(templates));
  const problems = [
    ...(size > limits.bytes
      ? [
          `its graph takes ${Math.ceil(size / 1024)} KiB, a workflow holds ${Math.floor(limits.bytes / 1024)} KiB`,
        ]
      : []),
    ...(templates.length > limits.templates
      ? [`it takes ${templates.length} templates, Argo admits ${limits.templates}`]
      : []),
    ...templates.flatMap(({ name }) =>
      name.length > limits.name ? [`the name of the template "${name}" is longer than ${limits.name}`] : [],
    ),
  ];
  if (problems.length === 0) return;
  throw planNotSupported(`Argo cannot run the pipeline "${metadata.name}": ${problems.join('; ')}`, {
    hint: 'split the pipeline, give steps the same image and resources, or use fewer maps',
    details: { problems },
  });
}

/** Whether a workflow of so many pods outgrows what Argo keeps without a database, and what to do; undefined while it does not. */
export function warnOfSize(nodes: number): string | undefined {
  if (nodes <= limits.nodes) return undefined;
  return `the workflow has ${nodes} nodes; above about ${limits.nodes} Argo needs a database for their status (persistence.nodeStatusOffLoad)`;
}
