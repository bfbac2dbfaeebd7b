import type { SlipwayError } from '../../core/error.ts';
import { globalState } from '../../core/global-state.ts';
import { parseArtifactKey, parseName } from '../../core/name.ts';
import type { KubernetesOptions } from '../../runtime/kubernetes/manifest/kubernetes-options.ts';
import {
  outsidePipeline,
  pipelineInvalid,
  pipelineNested,
  referenceForeign,
  stepDuplicate,
} from '../errors.ts';
import type { PlanCondition, PlanValue, StepOptions } from '../plan/plan.ts';
import { toPlanValue } from '../plan/plan-value.ts';
import { findCallSite, renderCallSite } from './call-site.ts';
import { checkStep } from './check-step.ts';
import { type Condition, toCondition } from './condition.ts';
import { createMapDraft, gatherResult, type MapBody, type MapOptions } from './map-draft.ts';
import type { Reference, ReferenceTo, StepReference } from './reference.ts';
import { createReference, createStepReference, referenceTarget } from './reference-value.ts';
import { mergeStepOptions } from './step-defaults.ts';
import type { DraftStep, MapDraft, StepRequest, StepScope } from './step-request.ts';

/** A pipeline that is called inside another one. */
export interface NestedPipeline {
  readonly id: string;
  /** Identity of the pipeline. */
  readonly body: unknown;
  readonly after: readonly unknown[];
  readonly options: StepOptions;
}

/** Collects the steps of one pipeline while its body runs. */
export class PipelineBuilder {
  readonly name: string;
  readonly steps: Map<string, DraftStep> = new Map();
  readonly problems: SlipwayError[] = [];
  readonly maps: MapDraft[] = [];
  exitStep: DraftStep | undefined;
  #scope: StepScope = { after: [], prefix: '', options: {} };
  #inExit = false;
  /** Bodies that are running, the outermost first. */
  readonly #bodies: unknown[] = [];

  constructor(name: string) {
    this.name = name;
  }

  /**
   * Adds a step and gives the references to its outputs. A second step of one id is refused with `STEP_DUPLICATE`;
   * arguments that do not fit the function are collected and reported together when the body has ended.
   */
  addStep(request: StepRequest): StepReference<unknown> {
    const site = findCallSite();
    const handler = request.handler ?? request.function.spec.spec.defaultHandler;
    const id = parseName('step', `${this.#scope.prefix}${request.id ?? defaultId(request, handler)}`);
    const taken = this.steps.get(id) ?? (this.exitStep?.step.id === id ? this.exitStep : undefined);
    if (taken !== undefined) throw duplicate(id, taken, request, site, this.#scope.prefix);
    const draft = this.#draft(request, id, handler, site);
    if (this.#inExit) this.#setExit(draft);
    else this.steps.set(id, draft);
    return createStepReference({ pipeline: this, pipelineName: this.name, step: id, path: [] });
  }

  /** An artifact that a step logs without returning it; of a mapped step, the list of those of all items. */
  artifact(step: unknown, key: string): Reference<unknown> {
    const id = this.#stepId(step, 'p.artifact');
    const path = [parseArtifactKey(key)];
    const gather = referenceTarget(step)?.gather;
    const own = { pipeline: this, pipelineName: this.name };
    if (gather === undefined) return createReference({ ...own, step: id, path });
    const value: PlanValue = { type: 'output', step: id, path };
    return createReference({ ...own, gather: { ...gather, value, isRows: false }, path: [] });
  }

  /** Steps added by `body` start only when these have completed. */
  after<Result>(steps: readonly unknown[], body: () => Result): Result {
    const after = steps.map((step) => this.#stepId(step, 'p.after'));
    return this.#within({ ...this.#scope, after: [...this.#scope.after, ...after] }, body);
  }

  /** Steps added by `body` run only where the condition holds. */
  when<Result>(tested: Condition | ReferenceTo<unknown>, negate: boolean, body: () => Result): Result {
    const built = toCondition(tested, this);
    const wanted: PlanCondition = negate ? { type: 'not', condition: built } : built;
    const outer = this.#scope.condition;
    const condition: PlanCondition =
      outer === undefined ? wanted : { type: 'and', conditions: [outer, wanted] };
    return this.#within({ ...this.#scope, condition }, body);
  }

  /** Steps added by `body` run for each item; gives what it returned as a list. */
  map(items: unknown, body: MapBody, options: MapOptions): unknown {
    const outer = this.#scope;
    const draft = createMapDraft(this, { items, options, scope: outer, number: this.maps.length + 1 });
    this.maps.push(draft);
    const own = { pipeline: this, pipelineName: this.name, path: [] };
    const part = (name: 'value' | 'index' | 'key'): Reference<unknown> =>
      createReference({ ...own, item: { of: draft.token, part: name } });
    const inside = { after: [], map: draft, prefix: outer.prefix, options: outer.options };
    const result = this.#within(inside, () =>
      body(part('value'), {
        index: part('index') as Reference<number>,
        key: part('key') as Reference<string>,
      }),
    );
    return gatherResult(this, draft, result);
  }

  /** Steps added by `body` get ids that begin with the name of the pipeline they belong to. */
  nest<Result>({ id, body, after, options }: NestedPipeline, run: () => Result): Result {
    if (this.#bodies.includes(body))
      throw pipelineNested(`pipeline "${id}" contains itself`, {
        hint: 'a pipeline has a fixed number of steps; to repeat something use p.map',
      });
    const outer = this.#scope;
    const ordered = after.map((step) => this.#stepId(step, 'after'));
    this.#bodies.push(body);
    try {
      return this.#within(
        {
          ...outer,
          after: [...outer.after, ...ordered],
          prefix: `${outer.prefix}${parseName('pipeline', id)}.`,
          options: mergeStepOptions(outer.options, options),
        },
        run,
      );
    } finally {
      this.#bodies.pop();
    }
  }

  /** The one step added by `body` runs when all others have ended, however they ended. */
  onExit(body: () => unknown): void {
    if (this.#scope.prefix !== '' || this.#scope.map !== undefined)
      throw pipelineInvalid(
        `p.onExit is used inside ${this.#scope.map === undefined ? `the pipeline "${this.#scope.prefix.slice(0, -1)}"` : 'a map'} of pipeline "${this.name}"`,
        { hint: 'the outermost pipeline alone has a last step; move p.onExit there' },
      );
    this.#inExit = true;
    try {
      body();
    } finally {
      this.#inExit = false;
    }
  }

  #draft(request: StepRequest, id: string, handler: string, site: DraftStep['site']): DraftStep {
    const after = [...this.#scope.after, ...(request.after ?? []).map((step) => this.#stepId(step, 'after'))];
    const entries = Object.entries(request.arguments ?? {}).filter(([, value]) => value !== undefined);
    const draft: DraftStep = {
      step: {
        id,
        arguments: Object.fromEntries(entries.map(([key, value]) => [key, toPlanValue(value, this)])),
        after: [...new Set(after)].sort(),
        ...(this.#scope.condition === undefined ? {} : { when: this.#scope.condition }),
        ...(this.#scope.map === undefined ? {} : { map: this.#scope.map.token }),
        ...(request.sweep === undefined ? {} : { sweep: request.sweep }),
        options: mergeStepOptions(this.#scope.options, ownOptions(request)),
      },
      handler,
      function: request.function,
      site,
      prefix: this.#scope.prefix,
    };
    this.problems.push(...checkStep(draft, this.#inExit, this.maps));
    return draft;
  }

  #setExit(draft: DraftStep): void {
    if (this.exitStep !== undefined)
      throw stepDuplicate(
        `pipeline "${this.name}" has two exit steps, "${this.exitStep.step.id}" and "${draft.step.id}"`,
        { hint: 'call one function inside p.onExit; it can do both things' },
      );
    this.exitStep = draft;
  }

  #within<Result>(scope: StepScope, body: () => Result): Result {
    const outer = this.#scope;
    this.#scope = scope;
    try {
      return body();
    } finally {
      this.#scope = outer;
    }
  }

  #stepId(value: unknown, use: string): string {
    const target = referenceTarget(value);
    const id = target?.step ?? target?.gather?.step;
    if (target === undefined || id === undefined)
      throw pipelineInvalid(`${use} in pipeline "${this.name}" got something that is not a step of it`, {
        hint: 'give what the call of a function inside the pipeline returned',
      });
    if (target.pipeline !== this)
      throw referenceForeign(
        `${use} in pipeline "${this.name}" got the step "${id}" of pipeline "${target.pipelineName}"`,
        { hint: 'a pipeline orders its own steps only' },
      );
    return id;
  }
}

/** The pipeline whose body is running now; function handles add a step to it instead of running. */
export function currentPipeline(): PipelineBuilder | undefined {
  return slot().builder;
}

/** Like `currentPipeline`, but throws `OUTSIDE_PIPELINE` when there is none. */
export function requirePipeline(what: string): PipelineBuilder {
  const builder = currentPipeline();
  if (builder === undefined)
    throw outsidePipeline(`${what} only has a meaning inside the body of a pipeline`, {
      hint: `to execute a function outside a pipeline use its .run({ params, inputs })`,
    });
  return builder;
}

/** Runs a body with the builder as the current pipeline; reports what the steps collected when it has ended. */
export function buildWith<Result>(builder: PipelineBuilder, body: () => Result): Result {
  const state = slot();
  const outer = state.builder;
  state.builder = builder;
  try {
    return body();
  } finally {
    state.builder = outer;
  }
}

function slot(): { builder?: PipelineBuilder | undefined } {
  return globalState('pipelines.current', () => ({}));
}

function defaultId(request: StepRequest, handler: string): string {
  const { spec, metadata } = request.function.spec;
  return handler === spec.defaultHandler ? metadata.name : handler;
}

function duplicate(
  id: string,
  taken: DraftStep,
  { function: second }: StepRequest,
  site: DraftStep['site'],
  prefix: string,
): Error {
  const places = [taken.site, site].map((one) =>
    one === undefined ? 'an unknown place' : renderCallSite(one),
  );
  const inner = prefix.slice(0, -1);
  const hint =
    inner !== '' && taken.prefix === prefix && taken.site?.line === site?.line
      ? `give the second call of the pipeline an id of its own: ${inner}.as('${inner}-2')(…)`
      : `give the second call an id of its own: ${second.spec.metadata.name}.as('${id.slice(prefix.length)}-2')(…)`;
  return stepDuplicate(`the step id "${id}" is used twice: at ${places.join(' and at ')}`, {
    hint,
    details: { id, places },
    ...(site === undefined ? {} : { location: site }),
  });
}

/** What a call says, over what the function itself brings for a cluster. */
function ownOptions({ function: called, options = {} }: StepRequest): StepOptions {
  const kubernetes = called.spec.spec.kubernetes as KubernetesOptions | undefined;
  return kubernetes === undefined ? options : mergeStepOptions({ kubernetes }, options);
}
