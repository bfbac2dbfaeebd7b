import type { PackagedFunction } from '../functions/function-spec.ts';
import type { SweepSpec } from '../tuning/sweep.ts';
import type { CallSite } from './call-site.ts';
import type { PlanCondition, PlanStep, StepOptions } from './plan.ts';

/** A call of a function inside a pipeline, as the function's handle hands it to `currentPipeline().addStep`. */
export interface StepRequest {
  readonly function: PackagedFunction;
  /** @default the function's default handler */
  readonly handler?: string;
  /** @default the function's name, or the handler's where that is not the default one */
  readonly id?: string;
  /** Params and inputs alike: values, references, lists and objects that hold references. */
  readonly arguments?: Readonly<Record<string, unknown>>;
  readonly options?: StepOptions;
  readonly sweep?: SweepSpec;
  /** Steps (or outputs of steps) that must have completed before. */
  readonly after?: readonly unknown[];
}

/** A step while the pipeline is built: what becomes the plan's step, what it calls, and where it was written. */
export interface DraftStep {
  readonly step: Omit<PlanStep, 'function'>;
  readonly handler: string;
  readonly function: PackagedFunction;
  readonly site: CallSite | undefined;
}

/** What surrounds the calls that are being made: `p.when`, `p.after`. */
export interface StepScope {
  readonly condition?: PlanCondition;
  readonly after: readonly string[];
}
