import { digestJson, type Json, toJson } from '../../core/json.ts';
import type { StepRun } from '../run-plan.ts';

/** Everything that makes a step's outputs what they are; two steps of equal material give the same. */
export interface CacheMaterial extends CacheSettings {
  /** Digest of the bundle: the handler and everything that it calls. */
  readonly code: string;
  readonly handler: string;
  /** Defaults filled in, ignored ones left out. */
  readonly params: Readonly<Record<string, Json>>;
  /** Digests of the inputs' content. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** What of the material is not in the record of a run anyway. */
export interface CacheSettings {
  readonly version: string;
  readonly env: Readonly<Record<string, string>>;
  /** Names of secrets; their values are never kept. */
  readonly secrets: readonly string[];
  /** Digest of what was declared for the image that the step runs in; empty where nothing was, and for a step that runs in none. */
  readonly image: string;
  readonly seed: Json;
  readonly sweep: Json;
  readonly returns: Readonly<Record<string, string>>;
}

/** What of a step the digests are to be known of before its material is. */
export interface CacheDigests {
  /** Of the inputs' content. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Of the image as declared; empty where none is. */
  readonly image: string;
}

/** The material of a step. */
export function cacheMaterial(run: StepRun, { inputs, image }: CacheDigests): CacheMaterial {
  const { step, function: called } = run;
  const { cache, env = {}, secrets = [], seed } = step.options;
  const ignored = new Set(cache?.ignore ?? []);
  const kept = <Value>(values: Readonly<Record<string, Value>>): Record<string, Value> =>
    Object.fromEntries(Object.entries(values).filter(([name]) => !ignored.has(name)));
  return {
    code: called.digest,
    handler: called.handler,
    version: cache?.version ?? '',
    params: kept({ ...defaultParams(run), ...run.params }),
    inputs: kept(inputs),
    env,
    secrets: [...secrets].sort(),
    image,
    seed: seed ?? null,
    sweep: step.sweep === undefined ? null : toJson(step.sweep),
    returns: called.returns ?? {},
  };
}

/** What a step's params are where nothing is given. */
export function defaultParams({ function: called }: StepRun): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    called.handlerSpec.parameters.flatMap(({ role, name, default: value }) =>
      role === 'param' && value !== undefined ? [[name, value] as const] : [],
    ),
  );
}

/** `sha256:…` under which a step's outputs are found. */
export function cacheKey(material: CacheMaterial): string {
  return digestJson(toJson({ kind: 'step/v1', ...material }));
}
