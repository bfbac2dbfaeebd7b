import type { PackagedFunction } from '../../functions/function-spec.ts';
import type { SweepSpec } from '../../tuning/sweep.ts';
import type { PlanCondition, PlanMap, PlanStep, StepOptions } from '../plan/plan.ts';
import type { CallSite } from './call-site.ts';

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
  /** Ids of the pipelines inside the pipeline that it was called in, each with a dot behind. */
  readonly prefix: string;
}

/** What surrounds the calls that are being made: `p.when`, `p.after`, `p.map`, a pipeline inside the pipeline. */
export interface StepScope {
  readonly condition?: PlanCondition;
  readonly after: readonly string[];
  readonly map?: MapDraft;
  /** What ids begin with: `prepare.` inside the pipeline `prepare`. */
  readonly prefix: string;
  /** What steps are run with that do not say otherwise. */
  readonly options: StepOptions;
}

/** A map while the pipeline is built; `token` stands for it until its id is known. */
export interface MapDraft {
  readonly token: string;
  /** As given; else the id of the first step inside. */
  readonly id?: string;
  readonly map: Omit<PlanMap, 'within'>;
  readonly within?: MapDraft;
  readonly site: CallSite | undefined;
}
