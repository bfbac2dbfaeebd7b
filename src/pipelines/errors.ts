import { defineError, type ErrorFactory } from '../core/error.ts';

export const referenceAsValue: ErrorFactory = defineError(
  'REFERENCE_AS_VALUE',
  'usage',
  'A reference to a step output is used as if its value were known while the pipeline is built.',
);
export const referenceForeign: ErrorFactory = defineError(
  'REFERENCE_FOREIGN',
  'usage',
  'A reference belongs to another pipeline than the one it is used in.',
);
export const stepDuplicate: ErrorFactory = defineError(
  'STEP_DUPLICATE',
  'usage',
  'Two steps of a pipeline have the same id.',
);
export const pipelineInvalid: ErrorFactory = defineError(
  'PIPELINE_INVALID',
  'usage',
  'A pipeline cannot be built; every problem is listed.',
);
export const pipelineAsync: ErrorFactory = defineError(
  'PIPELINE_ASYNC',
  'usage',
  'The body of a pipeline is asynchronous; it only wires steps and must not wait.',
);
export const pipelineNested: ErrorFactory = defineError(
  'PIPELINE_NESTED',
  'usage',
  'A pipeline contains itself, or is planned or run while another one is being built.',
);
export const outsidePipeline: ErrorFactory = defineError(
  'OUTSIDE_PIPELINE',
  'usage',
  'Something that only has a meaning inside a pipeline is used outside of one.',
);
export const planInvalid: ErrorFactory = defineError(
  'PLAN_INVALID',
  'usage',
  'A plan does not have the form that docs/schema/plan.json describes, or its edges make no sense.',
);
export const planTooNew: ErrorFactory = defineError(
  'PLAN_TOO_NEW',
  'usage',
  'A plan was written by a newer version of Slipway than this one.',
);
export const planNotSupported: ErrorFactory = defineError(
  'PLAN_NOT_SUPPORTED',
  'usage',
  'A plan asks for something that the chosen engine cannot do.',
);
export const stepOutputMissing: ErrorFactory = defineError(
  'STEP_OUTPUT_MISSING',
  'failed',
  'A step needs an output that the step before it did not produce.',
);
export const stepArtifactGone: ErrorFactory = defineError(
  'STEP_ARTIFACT_GONE',
  'failed',
  'An artifact was removed from the store before the step that reads it could start.',
);
export const mapInvalid: ErrorFactory = defineError(
  'MAP_INVALID',
  'failed',
  'A map cannot go over the value that it got, or cannot tell its items apart.',
);
export const resumeImpossible: ErrorFactory = defineError(
  'RESUME_IMPOSSIBLE',
  'usage',
  'A pipeline run cannot be resumed, or an earlier run lacks the outputs that a partial run starts from.',
);
export const stepUnknown: ErrorFactory = defineError(
  'STEP_UNKNOWN',
  'usage',
  'A step is named that the pipeline does not have, or no step lies between the two that are named.',
);
export const stepFailed: ErrorFactory = defineError(
  'STEP_FAILED',
  'failed',
  'A pipeline run failed because a step of it failed.',
);
