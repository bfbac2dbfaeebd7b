import { createHash } from 'node:crypto';
import { createUid, uidTime } from '../../core/id.ts';

/**
 * uid of the run of a pipeline's step, of one item inside maps by its positions: always the same, so that a pod that is started again
 * goes on with it, and whoever needs what the step gave finds it without searching.
 */
export function stepRunUid(pipelineRun: string, step: string, at: readonly number[]): string {
  const text = JSON.stringify([pipelineRun, step, at]);
  return createUid(uidTime(pipelineRun), createHash('sha256').update(text).digest().subarray(0, 10));
}

/** uid of the run of a workflow that nobody follows, from what the cluster calls it and the second in which it was made. */
export function workflowRunUid(workflow: string, createdSeconds: number): string {
  return createUid(createdSeconds * 1000, createHash('sha256').update(workflow).digest().subarray(0, 10));
}
