import { inspect } from 'node:util';
import type { Json } from '../../core/json.ts';
import { pipelineInvalid, referenceAsValue } from '../errors.ts';
import type { PlanValue } from '../plan/plan.ts';
import { findCallSite, renderCallSite } from './call-site.ts';
import type { Reference, StepReference } from './reference.ts';

/**
 * What a reference stands for: an output (`step` and `path`), a whole step (empty `path`), a parameter, the item of a map, what a
 * map gives, or a value that is known.
 */
export interface ReferenceTarget {
  /** Identity of the pipeline under construction. */
  readonly pipeline: object;
  readonly pipelineName: string;
  readonly step?: string;
  readonly parameter?: string;
  readonly item?: { readonly of: string; readonly part: 'value' | 'index' | 'key' };
  readonly gather?: GatherTarget;
  readonly literal?: Json;
  readonly path: readonly string[];
}

/** What a map gives outside of it. */
export interface GatherTarget {
  readonly of: string;
  readonly value: PlanValue;
  readonly steps: readonly string[];
  /** What properties, other than the number of an item, lead into each item's value rather than into the list. */
  readonly isRows: boolean;
  /** The step, where the map's body returned one. */
  readonly step?: string;
}

// Symbol.for: the package may be loaded twice, as ESM and as CommonJS
const targetKey = Symbol.for('slipway.reference');

/** The reference object for a target. Looking into it gives further references; using it as a value throws `REFERENCE_AS_VALUE`. */
export function createReference(target: ReferenceTarget): Reference<unknown> {
  const refuse = (use: string) => (): never => {
    throw asValueError(target, use);
  };
  const shell = {
    [targetKey]: target,
    [inspect.custom]: (): string => `[${describeTarget(target)}, known when the pipeline runs]`,
    [Symbol.toPrimitive]: (hint: string): never =>
      refuse(hint === 'number' ? 'as a number' : hint === 'string' ? 'as text' : 'in an expression')(),
    [Symbol.iterator]: refuse('as a list'),
    [Symbol.asyncIterator]: refuse('as a list'),
    toString: refuse('as text'),
    valueOf: refuse('in an expression'),
    toJSON: refuse('as JSON'),
  };
  return new Proxy(shell, {
    get: (own, key) => {
      if (typeof key === 'symbol') return Reflect.get(own, key);
      // never thenable: awaiting a reference must not look for a promise
      if (key === 'then') return undefined;
      if (key === 'toString' || key === 'valueOf' || key === 'toJSON') return Reflect.get(own, key);
      return createReference(intoTarget(target, key));
    },
    set: (_own, key) => refuse(`as a variable (its property "${String(key)}" is assigned)`)(),
    deleteProperty: (_own, key) => refuse(`as a variable (its property "${String(key)}" is deleted)`)(),
    ownKeys: refuse('as an object whose properties are listed'),
  }) as unknown as Reference<unknown>;
}

/** What the property of a reference refers to. */
function intoTarget(target: ReferenceTarget, key: string): ReferenceTarget {
  const { gather, literal, path } = target;
  if (gather?.isRows && path.length === 0 && !/^\d+$/.test(key)) {
    const { step: _step, ...rest } = gather;
    return { ...target, gather: { ...rest, value: intoValue(gather.value, key), isRows: false } };
  }
  if (literal !== undefined)
    return { ...target, literal: (literal as Readonly<Record<string, Json>> | null)?.[key] ?? null };
  return { ...target, path: [...path, key] };
}

function intoValue(value: PlanValue, key: string): PlanValue {
  switch (value.type) {
    case 'record': {
      const entry = value.entries[key];
      if (entry !== undefined) return entry;
      const there = Object.keys(value.entries);
      throw pipelineInvalid(`what a map's body returns has no "${key}"`, {
        hint: `it has: ${there.join(', ')}`,
      });
    }
    case 'literal':
    case 'list':
      throw pipelineInvalid(`what a map's body returns has no "${key}"`, {
        hint: 'return a step, an output of one, or an object of outputs',
      });
    case 'output':
    case 'parameter':
    case 'item':
    case 'gather':
      return { ...value, path: [...value.path, key] };
  }
}

/** The step reference that a call inside a pipeline returns. */
export function createStepReference(target: ReferenceTarget): StepReference<unknown> {
  return createReference(target) as unknown as StepReference<unknown>;
}

/** What a value refers to, or undefined when it is no reference. */
export function referenceTarget(value: unknown): ReferenceTarget | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as { [targetKey]?: ReferenceTarget })[targetKey];
}

/** `the output "accuracy" of step "train"`. */
export function describeTarget(target: ReferenceTarget): string {
  if (target.parameter !== undefined)
    return `the parameter "${[target.parameter, ...target.path].join('.')}" of pipeline "${target.pipelineName}"`;
  if (target.item !== undefined)
    return `the ${['item', ...target.path].join('.')} of a map in pipeline "${target.pipelineName}"`;
  if (target.gather !== undefined) return `what a map in pipeline "${target.pipelineName}" gives`;
  if ('literal' in target) return `a parameter of pipeline "${target.pipelineName}"`;
  if (target.path.length === 0) return `the step "${target.step}"`;
  return `the output "${target.path.join('.')}" of step "${target.step}"`;
}

function asValueError(target: ReferenceTarget, use: string): Error {
  const site = findCallSite();
  const where = site === undefined ? '' : ` (${renderCallSite(site)})`;
  return referenceAsValue(
    `${describeTarget(target)} is used ${use}${where}, but is known only when the pipeline runs`,
    {
      hint: 'pass it to a step as an argument; to decide by it use p.when(…), to compute with it write a step',
      ...(site === undefined ? {} : { location: site }),
    },
  );
}
