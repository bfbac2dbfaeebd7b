import type { ErrorRecord } from '../core/error.ts';
import type { Json } from '../core/json.ts';
import type { HandlerSpec, ParameterSpec } from '../functions/function-spec.ts';
import type { Resources, RetryPolicy } from '../runtime/job.ts';
import type { FunctionReference } from '../tracking/run.ts';
import type { SweepSpec } from '../tuning/sweep.ts';

/** A pipeline as JSON: the one form that engines, the Argo compiler, the UI and the bot read. Its schema is docs/schema/plan.json. */
export interface Plan {
  readonly apiVersion: 'slipway/v1';
  readonly kind: 'Plan';
  readonly metadata: {
    readonly name: string;
    readonly project: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly parameters: readonly ParameterSpec[];
    /** Values of the parameters for this plan, defaults filled in. */
    readonly arguments: Readonly<Record<string, Json>>;
    readonly functions: Readonly<Record<string, PlanFunction>>;
    readonly steps: readonly PlanStep[];
    readonly outputs: Readonly<Record<string, PlanValue>>;
    readonly onFailure: 'stop' | 'continue';
    /** Steps at once. @default number of cores */
    readonly parallelism?: number;
    /** Id of the step that runs when all else has ended, with the final status as its argument `status`. */
    readonly onExit?: PlanStep;
  };
}

/** A function that steps call, by digest. */
export interface PlanFunction extends FunctionReference {
  readonly digest: string;
  readonly handlerSpec: HandlerSpec;
  /** Results that are to be stored as artifacts, by name. */
  readonly returns?: Readonly<Record<string, string>>;
  /** Folder of the bundle on this machine; not part of the plan's identity. */
  readonly bundleDirectory?: string;
}

export interface PlanStep {
  /** The function's name unless given; never depends on order. */
  readonly id: string;
  /** Key in `functions`. */
  readonly function: string;
  /** Params and inputs alike, by name. */
  readonly arguments: Readonly<Record<string, PlanValue>>;
  /** Order-only edges; data edges are in the arguments. */
  readonly after: readonly string[];
  readonly when?: PlanCondition;
  readonly map?: { readonly items: PlanValue; readonly as: string; readonly parallelism?: number };
  readonly sweep?: SweepSpec;
  readonly options: StepOptions;
}

export interface StepOptions {
  readonly retry?: RetryPolicy;
  readonly timeoutMs?: number;
  readonly cache?: CachePolicy;
  readonly resources?: Resources;
  readonly runtime?: string;
  readonly image?: string;
  readonly secrets?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly isolation?: 'fresh' | 'pool';
  readonly seed?: number;
}

export type CachePolicy = {
  readonly mode: 'off' | 'on' | 'read' | 'write';
  readonly version?: string;
  readonly ignore?: readonly string[];
  readonly ttlMs?: number;
};

/** A value known now, or where it will come from. */
export type PlanValue =
  | { readonly type: 'literal'; readonly value: Json }
  /** A parameter of the pipeline; `path` goes into nested properties. */
  | { readonly type: 'parameter'; readonly name: string; readonly path: readonly string[] }
  /** A result or artifact of a step: `path[0]` is its name, the rest nested properties. Empty: all results. */
  | { readonly type: 'output'; readonly step: string; readonly path: readonly string[] }
  | { readonly type: 'list'; readonly items: readonly PlanValue[] }
  | { readonly type: 'record'; readonly entries: Readonly<Record<string, PlanValue>> }
  /** Inside a mapped step: the item, its index or key. */
  | { readonly type: 'item'; readonly of: string; readonly path: readonly string[] };

export type PlanCondition =
  | {
      readonly type: 'compare';
      readonly operator: '==' | '!=' | '<' | '<=' | '>' | '>=';
      readonly left: PlanValue;
      readonly right: PlanValue;
    }
  | { readonly type: 'truthy'; readonly value: PlanValue }
  | { readonly type: 'and' | 'or'; readonly conditions: readonly PlanCondition[] }
  | { readonly type: 'not'; readonly condition: PlanCondition };

/** How a pipeline run ended, for the exit step and the report. */
export interface PipelineStatus {
  readonly state: 'completed' | 'error' | 'aborted';
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
  readonly error?: ErrorRecord;
}
