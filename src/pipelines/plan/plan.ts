import type { ErrorRecord } from '../../core/error.ts';
import type { Json } from '../../core/json.ts';
import type { HandlerSpec, ParameterSpec } from '../../functions/function-spec.ts';
import type { Resources, RetryPolicy } from '../../runtime/job.ts';
import type { KubernetesOptions } from '../../runtime/kubernetes/manifest/kubernetes-options.ts';
import type { ArtifactRecord, FunctionReference } from '../../tracking/run.ts';
import type { SweepSpec } from '../../tuning/sweep.ts';

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
    /** Maps by id: their steps run once for each item of a list that may be known only at run time. */
    readonly maps?: Readonly<Record<string, PlanMap>>;
    /** Steps (or one item's, `train[3]`) that do not run in this plan, by id: an earlier run stands for them, or nothing does. */
    readonly pruned?: Readonly<Record<string, PrunedStep>>;
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
  /** Id of the innermost map that the step belongs to; it runs for each of its items, as `<step>[<key>]`. */
  readonly map?: string;
  readonly sweep?: SweepSpec;
  readonly options: StepOptions;
}

/** Steps that run once for each item. What they give is a list to everything outside, in the order of the items. */
export interface PlanMap {
  /** A list, or an object whose entries are the items. */
  readonly items: PlanValue;
  /** Property of an item (`''`: the item itself) that names it. @default its index in a list, its key in an object */
  readonly key?: string;
  /** Items at once. @default as many as the plan's steps at once */
  readonly parallelism?: number;
  /** Id of the map around this one. */
  readonly within?: string;
  readonly after: readonly string[];
  /** Holds for the map as a whole; a step's own condition is asked for each item. */
  readonly when?: PlanCondition;
}

/** Why a step of the plan does not run, and what stands for its outputs. */
export type PrunedStep =
  | {
      readonly type: 'given';
      /** The step's run that produced the outputs. */
      readonly run: string;
      readonly results: Readonly<Record<string, Json>>;
      readonly artifacts: readonly ArtifactRecord[];
      readonly reason: string;
    }
  | { readonly type: 'left-out'; readonly reason: string };

export interface StepOptions {
  readonly retry?: RetryPolicy;
  readonly timeoutMs?: number;
  readonly cache?: CachePolicy;
  readonly resources?: Resources;
  readonly runtime?: string;
  readonly image?: string;
  /** How the step's pod looks, where it runs on a cluster. Counts before project.yaml. */
  readonly kubernetes?: KubernetesOptions;
  readonly secrets?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly isolation?: 'fresh' | 'pool';
  readonly seed?: number;
}

/** When a step's outputs are taken from, and kept for, other runs of the same code with the same params and inputs. */
export interface CachePolicy {
  /** `read`: takes, keeps nothing. `write`: always runs, and keeps. */
  readonly mode: 'off' | 'on' | 'read' | 'write';
  /** Part of the key; change it to make everything kept so far count for nothing. */
  readonly version?: string;
  /** Names of arguments that make no difference. */
  readonly ignore?: readonly string[];
  /** Milliseconds for which outputs are good. @default for ever */
  readonly ttlMs?: number;
  /** Of equal steps that are under way at once, in whatever process, one runs and the others wait for it. @default true */
  readonly singleFlight?: boolean;
}

/** A value known now, or where it will come from. */
export type PlanValue =
  | { readonly type: 'literal'; readonly value: Json }
  /** A parameter of the pipeline; `path` goes into nested properties. */
  | { readonly type: 'parameter'; readonly name: string; readonly path: readonly string[] }
  /**
   * A result or artifact of a step: `path[0]` is its name, the rest nested properties. Empty: all results. Of a mapped step
   * it is that of the same item, and has a meaning inside the map only.
   */
  | { readonly type: 'output'; readonly step: string; readonly path: readonly string[] }
  | { readonly type: 'list'; readonly items: readonly PlanValue[] }
  | { readonly type: 'record'; readonly entries: Readonly<Record<string, PlanValue>> }
  /** Inside the map `of`: the item (or a property of it), its index, its key. */
  | {
      readonly type: 'item';
      readonly of: string;
      readonly part: 'value' | 'index' | 'key';
      readonly path: readonly string[];
    }
  /**
   * Outside the map `of`: the list of what `value` is for each item, or something inside the list. Items for which one of
   * `steps` was skipped by its condition are not in it.
   */
  | {
      readonly type: 'gather';
      readonly of: string;
      readonly value: PlanValue;
      readonly steps: readonly string[];
      readonly path: readonly string[];
    };

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
