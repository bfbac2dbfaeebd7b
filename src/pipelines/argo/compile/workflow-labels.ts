import { labelKeys, labelValue } from '../../../runtime/kubernetes/manifest/object-name.ts';
import type { Plan } from '../../plan/plan.ts';
import type { ArgoOptions } from '../compile-options.ts';

/** Labels of everything of a pipeline's run in the cluster. */
export function workflowLabels(
  { metadata }: Plan,
  { run }: Pick<ArgoOptions, 'run'>,
): Record<string, string> {
  return {
    'app.kubernetes.io/managed-by': 'slipway',
    'app.kubernetes.io/name': labelValue(metadata.name),
    [labelKeys.project]: labelValue(metadata.project),
    ...(run === undefined ? {} : { [labelKeys.run]: run }),
  };
}
