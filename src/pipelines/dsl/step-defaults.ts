import { giveWay } from '../../runtime/cluster-options/give-way.ts';
import { mergeKubernetesOptions } from '../../runtime/cluster-options/merge-kubernetes-options.ts';
import type { CachePolicy, Plan, PlanStep, StepOptions } from '../plan/plan.ts';

/** What steps are run with that do not say otherwise: the outer two of the levels project, function, call. */
export interface StepDefaults {
  readonly project?: StepOptions;
  /** By the function's name. */
  readonly functions?: Readonly<Record<string, StepOptions>>;
  /** Whether steps that say nothing about it are cached; `off` silences also those that do. */
  readonly cache?: CachePolicy['mode'];
}

/** The plan with every step's options complete, so that all engines read the same. The exit step is never cached: it always runs. */
export function withStepDefaults(plan: Plan, defaults: StepDefaults): Plan {
  const complete = (step: PlanStep): PlanStep => ({ ...step, options: stepOptions(plan, step, defaults) });
  const { steps, onExit } = plan.spec;
  return {
    ...plan,
    spec: {
      ...plan.spec,
      steps: steps.map(complete),
      ...(onExit === undefined ? {} : { onExit: withoutCache(complete(onExit)) }),
    },
  };
}

/** Options of one level laid over those of the level outside it: tables are joined, lists united, anything else replaced. */
export function mergeStepOptions<Inner extends StepOptions>(
  outer: StepOptions,
  inner: Inner,
): StepOptions & Inner {
  const env = { ...outer.env, ...inner.env };
  const labels = { ...outer.labels, ...inner.labels };
  const resources = { ...outer.resources, ...inner.resources };
  const kubernetes = mergeKubernetesOptions(giveWay(outer.kubernetes, inner), inner.kubernetes);
  const secrets = [...new Set([...(outer.secrets ?? []), ...(inner.secrets ?? [])])];
  return {
    ...outer,
    ...inner,
    ...(Object.keys(env).length > 0 ? { env } : {}),
    ...(Object.keys(labels).length > 0 ? { labels } : {}),
    ...(Object.keys(resources).length > 0 ? { resources } : {}),
    ...(secrets.length > 0 ? { secrets } : {}),
    ...(kubernetes === undefined ? {} : { kubernetes }),
  };
}

function stepOptions(
  plan: Plan,
  step: PlanStep,
  { project = {}, functions = {}, cache }: StepDefaults,
): StepOptions {
  const name = plan.spec.functions[step.function]?.name ?? step.function;
  const own = Object.hasOwn(functions, name) ? (functions[name] ?? {}) : {};
  const outer: StepOptions =
    cache === undefined || cache === 'off'
      ? project
      : { ...project, cache: { ...project.cache, mode: cache } };
  const merged = mergeStepOptions(mergeStepOptions(outer, own), step.options);
  if (cache !== 'off' || merged.cache === undefined) return merged;
  return { ...merged, cache: { ...merged.cache, mode: 'off' } };
}

function withoutCache(step: PlanStep): PlanStep {
  const { cache: _cache, ...options } = step.options;
  return { ...step, options };
}
