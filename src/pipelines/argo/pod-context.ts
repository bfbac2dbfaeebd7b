import type { DeliveredInput } from '../../runtime/job.ts';

/** What the pods of a workflow know beside the plan. */
export interface PodContext {
  /** Name of the pipeline's run. @default the pipeline's */
  readonly name?: string;
  /** Labels of the pipeline's run. */
  readonly labels?: Readonly<Record<string, string>>;
  /** The schedule of which a new run replaces those that are under way. @default none */
  readonly replaces?: string;
  /** Files of the machine that started the pipeline which the plan names, by how it names them: where their content is. */
  readonly files?: Readonly<Record<string, DeliveredInput>>;
  /** What of the image counts for the cache, by id of the step. @default nothing */
  readonly declaredImages?: Readonly<Record<string, string>>;
  /** Images by digest, by id of the step. */
  readonly images?: Readonly<Record<string, string>>;
}

/** Names of the files by which a pod knows its plan. */
export const planFiles = { plan: 'plan.json', context: 'context.json' } as const;

/** Name of the file with a part of a plan that is brought compressed, from 0: what stands in `planFiles`, as one JSON object. */
export function planPart(index: number): string {
  return `plan.gz.${String(index + 1).padStart(2, '0')}`;
}

export const isPlanPart = (name: string): boolean => /^plan\.gz\.\d+$/.test(name);
