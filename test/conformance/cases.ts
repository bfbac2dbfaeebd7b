import type { PackagedFunction } from '../../src/functions/function-spec.ts';
import { addStep } from '../../src/pipelines/dsl/add-step.ts';
import { type Pipeline, pipeline } from '../../src/pipelines/dsl/pipeline.ts';
import type { Plan, PlanStep } from '../../src/pipelines/plan/plan.ts';
import { type Behaviour, behaviours } from './behaviours.ts';
import { type Call, type Shape, shapes } from './shapes.ts';

/** One cell of the matrix. */
export interface Case {
  /** `diamond · retry` */
  readonly name: string;
  readonly shape: Shape;
  readonly behaviour: Behaviour;
}

export const cases: readonly Case[] = shapes.flatMap((shape) =>
  behaviours.map((behaviour) => ({ name: `${shape.name} · ${behaviour.name}`, shape, behaviour })),
);

/** Whether a shape has a hundred steps, which take an engine with costly steps minutes. */
export const isCrowd = ({ name }: Shape): boolean => name === 'map-of-100';

/**
 * Whether a case is one of those that an engine with costly steps runs: every shape with success, and of the others one in
 * `every`, such that each shape and each behaviour has its share. Of the map of 100 success alone.
 */
export function isSample({ shape, behaviour }: Case, every: number): boolean {
  if (behaviour.name === 'success') return true;
  if (isCrowd(shape)) return false;
  return (shapes.indexOf(shape) + behaviours.indexOf(behaviour)) % every === 0;
}

/**
 * Whether a case is one of the few that an engine runs whose steps take seconds: one for each shape, each behaviour at least once;
 * of the map of 100 success. Another `turn` gives each shape another behaviour.
 */
export function isCover({ shape, behaviour }: Case, turn: number): boolean {
  if (isCrowd(shape)) return behaviour.name === 'success';
  const others = shapes.filter((one) => !isCrowd(one));
  return (others.indexOf(shape) + turn) % behaviours.length === behaviours.indexOf(behaviour);
}

export type StepOptionsOf = PlanStep['options'] | ((place: number) => PlanStep['options']);

export interface CaseOptions {
  /** Whether the victim does nothing wrong any more. @default false */
  readonly isMended?: boolean;
  /** Options that an engine needs, of all steps, or of each by its place in the plan. */
  readonly options?: StepOptionsOf;
  /** Timeout of a victim that has one. @default 1 */
  readonly timeoutMs?: number;
}

/** The pipeline of a case, whose steps call the handlers of one packaged function. */
export function casePipeline(
  { shape, behaviour }: Case,
  packaged: PackagedFunction,
  options: CaseOptions = {},
): Pipeline {
  const call: Call = (id, args = {}, more = {}) =>
    addStep({ function: packaged, handler: 'act', id, arguments: args, ...more });
  const declared = pipeline(
    `${shape.name}-${behaviour.name}`,
    (p) => {
      if (behaviour.exit) p.onExit(() => addStep({ function: packaged, handler: 'tell', id: 'goodbye' }));
      return shape.body(p, call);
    },
    { parameters: [], onFailure: behaviour.onFailure ?? 'continue', parallelism: 4 },
  );
  return withPlan(declared, (plan) => behave(plan, { shape, behaviour }, options));
}

/** The same pipeline with another plan. */
function withPlan(declared: Pipeline, change: (plan: Plan) => Plan): Pipeline {
  const plan: Pipeline['plan'] = (args, options) => change(declared.plan(args, options));
  const call = (...args: Parameters<Pipeline>): unknown => declared(...args);
  const members = Object.getOwnPropertyDescriptors(declared);
  Object.defineProperties(call, { ...members, plan: { value: plan, enumerable: true } });
  return call as Pipeline;
}

/** The plan in which the shape's victim does what the behaviour says. */
function behave(plan: Plan, { shape, behaviour }: Omit<Case, 'name'>, given: CaseOptions): Plan {
  const { step: victim, on } = shape.victim;
  const timed = behaviour.isTimed ? { timeoutMs: given.timeoutMs ?? 1 } : {};
  const value = { ...behaviour.trouble, ...(on === undefined ? {} : { on }) };
  const optionsAt = (place: number): PlanStep['options'] | undefined =>
    typeof given.options === 'function' ? given.options(place) : given.options;
  const changed = (step: PlanStep, place: number): PlanStep => {
    const options = { ...step.options, ...optionsAt(place) };
    if (step.id !== victim) return { ...step, options: { ...options, ...behaviour.options } };
    const isTroubled = behaviour.trouble !== undefined && given.isMended !== true;
    return {
      ...step,
      arguments: {
        ...step.arguments,
        ...(isTroubled ? { trouble: { type: 'literal', value } as const } : {}),
      },
      options: { ...options, ...behaviour.options, ...behaviour.victimOptions, ...timed },
    };
  };
  const { steps, onExit } = plan.spec;
  const exit = onExit === undefined ? {} : { onExit: { ...onExit, options: { ...optionsAt(steps.length) } } };
  return { ...plan, spec: { ...plan.spec, steps: steps.map(changed), ...exit } };
}
