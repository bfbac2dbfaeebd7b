import { type Json, toJson } from '../../core/json.ts';
import { describeTarget, type ReferenceTarget, referenceTarget } from '../dsl/reference-value.ts';
import { referenceForeign } from '../errors.ts';
import type { PlanValue } from './plan.ts';

/**
 * The plan's form of an argument as written in a pipeline: references become edges, wherever they stand in lists and
 * objects; URLs, data items and artifacts become their URL; anything else a literal.
 */
export function toPlanValue(value: unknown, pipeline: object): PlanValue {
  const target = referenceTarget(value);
  if (target !== undefined) return referenceValue(target, pipeline);
  if (value instanceof URL) return literal(value.href);
  const uri = dataUri(value);
  if (uri !== undefined) return literal(uri);
  if (holdsReference(value, [])) return nestedValue(value as object, pipeline);
  return literal(toJson(value));
}

export function literal(value: Json): PlanValue {
  return { type: 'literal', value };
}

/** The outputs of steps that a value is made of. */
export function outputsOf(value: PlanValue): readonly Extract<PlanValue, { type: 'output' }>[] {
  switch (value.type) {
    case 'output':
      return [value];
    case 'list':
      return value.items.flatMap(outputsOf);
    case 'record':
      return Object.values(value.entries).flatMap(outputsOf);
    case 'gather':
      return outputsOf(value.value);
    case 'literal':
    case 'parameter':
    case 'item':
      return [];
  }
}

/** The steps that must have ended before a value is known. */
export function stepsOf(value: PlanValue): readonly string[] {
  switch (value.type) {
    case 'output':
      return [value.step];
    case 'list':
      return value.items.flatMap(stepsOf);
    case 'record':
      return Object.values(value.entries).flatMap(stepsOf);
    case 'gather':
      return [...stepsOf(value.value), ...value.steps];
    case 'literal':
    case 'parameter':
    case 'item':
      return [];
  }
}

function referenceValue(target: ReferenceTarget, pipeline: object): PlanValue {
  if (target.pipeline !== pipeline)
    throw referenceForeign(
      `${describeTarget(target)} belongs to another pipeline ("${target.pipelineName}") or to an earlier building of this one`,
      {
        hint: 'use references only inside the pipeline whose step made them; pass values between pipelines as parameters',
      },
    );
  const { path, item, gather } = target;
  if ('literal' in target) return literal(target.literal ?? null);
  if (target.parameter !== undefined) return { type: 'parameter', name: target.parameter, path };
  if (item !== undefined) return { type: 'item', ...item, path };
  if (gather !== undefined)
    return { type: 'gather', of: gather.of, value: gather.value, steps: gather.steps, path };
  return { type: 'output', step: target.step ?? '', path };
}

function nestedValue(value: object, pipeline: object): PlanValue {
  if (Array.isArray(value))
    return { type: 'list', items: value.map((item: unknown) => toPlanValue(item, pipeline)) };
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return {
    type: 'record',
    entries: Object.fromEntries(entries.map(([key, item]) => [key, toPlanValue(item, pipeline)])),
  };
}

function holdsReference(value: unknown, ancestors: readonly object[]): boolean {
  if (typeof value !== 'object' || value === null || ancestors.includes(value)) return false;
  if (referenceTarget(value) !== undefined || value instanceof URL || dataUri(value) !== undefined)
    return true;
  const inside = [...ancestors, value];
  if (Array.isArray(value)) return value.some((item) => holdsReference(item, inside));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return false;
  return Object.values(value).some((item) => holdsReference(item, inside));
}

/** URL of a data item; of an artifact its pinned store URI. */
function dataUri(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const item = value as { slipwayType?: unknown; url?: unknown; record?: { uri?: unknown } };
  if (item.slipwayType !== 'data-item') return undefined;
  if (typeof item.record?.uri === 'string') return item.record.uri;
  return typeof item.url === 'string' ? item.url : undefined;
}
