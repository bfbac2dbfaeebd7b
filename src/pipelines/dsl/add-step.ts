import { requirePipeline } from './pipeline-builder.ts';
import type { StepReference } from './reference.ts';
import type { StepRequest } from './step-request.ts';

/**
 * Adds a step to the pipeline whose body is running, and gives typed references to its outputs. Throws
 * `OUTSIDE_PIPELINE` where none is, `STEP_DUPLICATE` naming both places.
 */
export function addStep<Results = unknown>(request: StepRequest): StepReference<Results> {
  const called = `calling the function "${request.function.spec.metadata.name}"`;
  return requirePipeline(called).addStep(request) as unknown as StepReference<Results>;
}
