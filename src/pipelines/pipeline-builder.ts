import type { SlipwayError } from '../core/error.ts';
import { globalState } from '../core/global-state.ts';
import { parseArtifactKey, parseName } from '../core/name.ts';
import { findCallSite, renderCallSite } from './call-site.ts';
import { checkStep } from './check-step.ts';
import { type Condition, toCondition } from './condition.ts';
import { outsidePipeline, pipelineInvalid, referenceForeign, stepDuplicate } from './errors.ts';
import type { PlanCondition } from './plan.ts';
import { toPlanValue } from './plan-value.ts';
import type { Reference, ReferenceTo, StepReference } from './reference.ts';
import { createReference, createStepReference, referenceTarget } from './reference-value.ts';
import type { DraftStep, StepRequest, StepScope } from './step-request.ts';

/** Collects the steps of one pipeline while its body runs. */
export class PipelineBuilder {
  readonly name: string;
  readonly steps: Map<string, DraftStep> = new Map();
  readonly problems: SlipwayError[] = [];
  exitStep: DraftStep | undefined;
  #scope: StepScope = { after: [] };
  #inExit = false;

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
    const id = parseName('step', request.id ?? defaultId(request, handler));
    const taken = this.steps.get(id) ?? (this.exitStep?.step.id === id ? this.exitStep : undefined);
    if (taken !== undefined) throw duplicate(id, taken, request, site);
    const draft = this.#draft(request, id, handler, site);
    if (this.#inExit) this.#setExit(draft);
    else this.steps.set(id, draft);
    return createStepReference({ pipeline: this, pipelineName: this.name, step: id, path: [] });
  }

  /** An artifact that a step logs without returning it. */
  artifact(step: unknown, key: string): Reference<unknown> {
    const id = this.#stepId(step, 'p.artifact');
    return createReference({
      pipeline: this,
      pipelineName: this.name,
      step: id,
      path: [parseArtifactKey(key)],
    });
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

  /** The one step added by `body` runs when all others have ended, however they ended. */
  onExit(body: () => unknown): void {
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
        ...(request.sweep === undefined ? {} : { sweep: request.sweep }),
        options: request.options ?? {},
      },
      handler,
      function: request.function,
      site,
    };
    this.problems.push(...checkStep(draft, this.#inExit));
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
    if (target?.step === undefined)
      throw pipelineInvalid(`${use} in pipeline "${this.name}" got something that is not a step of it`, {
        hint: 'give what the call of a function inside the pipeline returned',
      });
    if (target.pipeline !== this)
      throw referenceForeign(
        `${use} in pipeline "${this.name}" got the step "${target.step}" of pipeline "${target.pipelineName}"`,
        { hint: 'a pipeline orders its own steps only' },
      );
    return target.step;
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
): Error {
  const places = [taken.site, site].map((one) =>
    one === undefined ? 'an unknown place' : renderCallSite(one),
  );
  return stepDuplicate(`the step id "${id}" is used twice: at ${places.join(' and at ')}`, {
    hint: `give the second call an id of its own: ${second.spec.metadata.name}.as('${id}-2')(…)`,
    details: { id, places },
    ...(site === undefined ? {} : { location: site }),
  });
}
