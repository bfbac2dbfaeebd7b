import { digestJson, type Json, toJson } from '../../core/json.ts';
import type { StepRun } from '../run-plan.ts';

/** Everything that makes a step's outputs what they are; two steps of equal material give the same. */
export interface CacheMaterial {
  /** Digest of the bundle: the handler and everything that it calls. */
  readonly code: string;
  readonly handler: string;
  readonly version: string;
  /** Defaults filled in, ignored ones left out. */
  readonly params: Readonly<Record<string, Json>>;
  /** Digests of the inputs' content. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  /** Names of secrets; their values are never kept. */
  readonly secrets: readonly string[];
  readonly image: string;
  readonly seed: Json;
  readonly sweep: Json;
  readonly returns: Readonly<Record<string, string>>;
}

/** The material of a step, given the digests of its inputs' content. */
export function cacheMaterial(run: StepRun, inputs: Readonly<Record<string, string>>): CacheMaterial {
  const { step, function: called } = run;
  const { cache, env = {}, secrets = [], image, seed } = step.options;
  const ignored = new Set(cache?.ignore ?? []);
  const kept = <Value>(values: Readonly<Record<string, Value>>): Record<string, Value> =>
    Object.fromEntries(Object.entries(values).filter(([name]) => !ignored.has(name)));
  const defaults = called.handlerSpec.parameters.flatMap((parameter) =>
    parameter.role === 'param' && parameter.default !== undefined
      ? [[parameter.name, parameter.default] as const]
      : [],
  );
  return {
    code: called.digest,
    handler: called.handler,
    version: cache?.version ?? '',
    params: kept({ ...Object.fromEntries(defaults), ...run.params }),
    inputs: kept(inputs),
    env,
    secrets: [...secrets].sort(),
    image: called.image ?? image ?? '',
    seed: seed ?? null,
    sweep: step.sweep === undefined ? null : toJson(step.sweep),
    returns: called.returns ?? {},
  };
}

/** `sha256:…` under which a step's outputs are kept. */
export function cacheKey(material: CacheMaterial): string {
  return digestJson(toJson({ kind: 'step/v1', ...material }));
}
