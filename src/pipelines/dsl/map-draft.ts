import { pipelineAsync, pipelineInvalid } from '../errors.ts';
import type { PlanValue } from '../plan/plan.ts';
import { stepsOf, toPlanValue } from '../plan/plan-value.ts';
import { findCallSite, renderCallSite } from './call-site.ts';
import type { PipelineBuilder } from './pipeline-builder.ts';
import type { Reference } from './reference.ts';
import { createReference, referenceTarget } from './reference-value.ts';
import type { MapDraft, StepScope } from './step-request.ts';

export interface MapOptions {
  /** Items at once. @default as many as the pipeline's steps at once */
  readonly parallelism?: number;
  /** Property of an item that names its steps: `train[setosa]`; `''` is the item itself. @default the index in a list, the key in an object */
  readonly key?: string;
  /** Name of the map. @default that of the first step inside */
  readonly id?: string;
}

/** Where in a map an item stands. */
export interface MapPosition {
  readonly index: Reference<number>;
  readonly key: Reference<string>;
}

export type MapBody = (item: Reference<unknown>, at: MapPosition) => unknown;

/** The map that a call of `p.map` begins. Throws `PIPELINE_INVALID` for what cannot be gone over. */
export function createMapDraft(
  builder: PipelineBuilder,
  given: {
    readonly items: unknown;
    readonly options: MapOptions;
    readonly scope: StepScope;
    readonly number: number;
  },
): MapDraft {
  const { options, scope, number } = given;
  const site = findCallSite();
  const items = toPlanValue(given.items, builder);
  const refuse = (what: string, hint: string): never => {
    const where = site === undefined ? '' : ` (${renderCallSite(site)})`;
    throw pipelineInvalid(`p.map${where} in pipeline "${builder.name}" ${what}`, {
      hint,
      ...(site === undefined ? {} : { location: site }),
    });
  };
  if (items.type === 'literal' && (items.value === null || typeof items.value !== 'object'))
    refuse(
      `goes over a list or an object, but got ${JSON.stringify(items.value)}`,
      'give a list, or the output of a step that returns one',
    );
  const { parallelism, key, id } = options;
  if (parallelism !== undefined && (!Number.isSafeInteger(parallelism) || parallelism < 1))
    refuse(`has the parallelism ${parallelism}`, 'give a whole number of 1 or more');
  return {
    token: `#${number}`,
    ...(id === undefined ? {} : { id }),
    map: {
      items,
      ...(key === undefined ? {} : { key }),
      ...(parallelism === undefined ? {} : { parallelism }),
      after: [...new Set(scope.after)].sort(),
      ...(scope.condition === undefined ? {} : { when: scope.condition }),
    },
    ...(scope.map === undefined ? {} : { within: scope.map }),
    site,
  };
}

/** What a map's body returned, as what it is outside: a list with one of it for each item. */
export function gatherResult(builder: PipelineBuilder, draft: MapDraft, result: unknown): unknown {
  const inside = [...builder.steps.values()].filter((one) => isInside(builder, one.step.map, draft));
  if (inside.length === 0)
    throw pipelineInvalid(`the body of p.map in pipeline "${builder.name}" adds no step`, {
      hint: 'call a function inside it; to compute with a list write a step',
      ...(draft.site === undefined ? {} : { location: draft.site }),
    });
  if (result === undefined || result === null) return undefined;
  const target = referenceTarget(result);
  if (target === undefined && typeof (result as PromiseLike<unknown>).then === 'function') {
    (result as PromiseLike<unknown>).then(undefined, () => undefined);
    throw pipelineAsync(`the body of p.map in pipeline "${builder.name}" is asynchronous`, {
      hint: 'remove async and await from it: it only wires steps',
    });
  }
  const value = toPlanValue(result, builder);
  const step = target?.path.length === 0 ? (target.step ?? target.gather?.step) : undefined;
  const direct = inside.filter((one) => one.step.map === draft.token).map((one) => one.step.id);
  const needed = stepsOf(value).filter((id) => direct.includes(id));
  const gather = {
    of: draft.token,
    value,
    steps: [...new Set(needed.length > 0 ? needed : direct)],
    isRows: isRows(value),
    ...(step === undefined ? {} : { step }),
  };
  return createReference({ pipeline: builder, pipelineName: builder.name, gather, path: [] });
}

/** Whether properties of what an item gives can be asked for by name, each as a list of its own. */
function isRows(value: PlanValue): boolean {
  return value.type === 'record' || (value.type === 'output' && value.path.length === 0);
}

function isInside(builder: PipelineBuilder, token: string | undefined, draft: MapDraft): boolean {
  for (let at = builder.maps.find((one) => one.token === token); at !== undefined; at = at.within)
    if (at === draft) return true;
  return false;
}
