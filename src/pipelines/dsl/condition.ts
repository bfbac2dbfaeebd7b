import { type Json, jsonNumber } from '../../core/json.ts';
import type { PlanCondition, PlanValue } from '../plan/plan.ts';
import { toPlanValue } from '../plan/plan-value.ts';
import type { ReferenceTo } from './reference.ts';

/** A decision that is taken while the pipeline runs; made with `gt`, `eq`, `and` … and used by `p.when`. */
export interface Condition {
  readonly slipwayType: 'condition';
  build(pipeline: object): PlanCondition;
}

export type Comparable<Value> = Value | ReferenceTo<Value>;
type Operator = Extract<PlanCondition, { type: 'compare' }>['operator'];

/** `left > right` */
export const gt = (left: Comparable<number>, right: Comparable<number>): Condition =>
  compare('>', left, right);
/** `left >= right` */
export const gte = (left: Comparable<number>, right: Comparable<number>): Condition =>
  compare('>=', left, right);
/** `left < right` */
export const lt = (left: Comparable<number>, right: Comparable<number>): Condition =>
  compare('<', left, right);
/** `left <= right` */
export const lte = (left: Comparable<number>, right: Comparable<number>): Condition =>
  compare('<=', left, right);
/** Both are the same number, text, boolean or null. */
export const eq = <Value extends Json>(left: Comparable<Value>, right: Comparable<Value>): Condition =>
  compare('==', left, right);
/** The opposite of `eq`. */
export const ne = <Value extends Json>(left: Comparable<Value>, right: Comparable<Value>): Condition =>
  compare('!=', left, right);
/** All of them hold. */
export const and = (...conditions: readonly (Condition | ReferenceTo<boolean>)[]): Condition =>
  condition((pipeline) => ({ type: 'and', conditions: conditions.map((one) => toCondition(one, pipeline)) }));
/** At least one of them holds. */
export const or = (...conditions: readonly (Condition | ReferenceTo<boolean>)[]): Condition =>
  condition((pipeline) => ({ type: 'or', conditions: conditions.map((one) => toCondition(one, pipeline)) }));
/** It does not hold. */
export const not = (negated: Condition | ReferenceTo<boolean>): Condition =>
  condition((pipeline) => ({ type: 'not', condition: toCondition(negated, pipeline) }));

/** The plan's form of a condition; a bare reference holds when its value is truthy. */
export function toCondition(value: Condition | ReferenceTo<unknown>, pipeline: object): PlanCondition {
  if ('slipwayType' in value && value.slipwayType === 'condition') return value.build(pipeline);
  return { type: 'truthy', value: toPlanValue(value, pipeline) };
}

/** Every value that a condition looks at. */
export function conditionValues(tested: PlanCondition): readonly PlanValue[] {
  switch (tested.type) {
    case 'compare':
      return [tested.left, tested.right];
    case 'truthy':
      return [tested.value];
    case 'not':
      return conditionValues(tested.condition);
    case 'and':
    case 'or':
      return tested.conditions.flatMap(conditionValues);
  }
}

/** Whether a condition holds, given what its values are now. Numbers stored as `"NaN"` and infinities compare as numbers. */
export function testCondition(tested: PlanCondition, read: (value: PlanValue) => Json | undefined): boolean {
  switch (tested.type) {
    case 'truthy':
      return isTruthy(read(tested.value));
    case 'not':
      return !testCondition(tested.condition, read);
    case 'and':
      return tested.conditions.every((one) => testCondition(one, read));
    case 'or':
      return tested.conditions.some((one) => testCondition(one, read));
    case 'compare':
      return compareValues(tested.operator, read(tested.left), read(tested.right));
  }
}

function condition(build: (pipeline: object) => PlanCondition): Condition {
  return { slipwayType: 'condition', build };
}

function compare(operator: Operator, left: unknown, right: unknown): Condition {
  return condition((pipeline) => ({
    type: 'compare',
    operator,
    left: toPlanValue(left, pipeline),
    right: toPlanValue(right, pipeline),
  }));
}

function isTruthy(value: Json | undefined): boolean {
  return value !== 'NaN' && Boolean(value);
}

function compareValues(operator: Operator, left: Json | undefined, right: Json | undefined): boolean {
  const [a, b] = [jsonNumber(left), jsonNumber(right)];
  const numeric = a !== undefined && b !== undefined;
  if (operator === '==') return numeric ? a === b : left === right;
  if (operator === '!=') return numeric ? a !== b : left !== right;
  const [x, y] = numeric
    ? [a, b]
    : typeof left === 'string' && typeof right === 'string'
      ? [left, right]
      : [NaN, NaN];
  switch (operator) {
    case '<':
      return x < y;
    case '<=':
      return x <= y;
    case '>':
      return x > y;
    case '>=':
      return x >= y;
  }
}
