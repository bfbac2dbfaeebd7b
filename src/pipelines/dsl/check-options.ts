import { toJson } from '../../core/json.ts';
import { checkSchema } from '../../functions/check-schema.ts';
import type { TypeSchema } from '../../functions/function-spec.ts';
import type { StepOptions } from '../plan/plan.ts';

const number: TypeSchema = { type: 'number' };
const string: TypeSchema = { type: 'string' };
const strings: TypeSchema = { type: 'array', items: string };
const texts: TypeSchema = { type: 'object', additionalProperties: string };

const record = (properties: Readonly<Record<string, TypeSchema>>, required: readonly string[] = []) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

const options: Readonly<Record<keyof StepOptions, TypeSchema>> = {
  retry: record({ retries: number, delayMs: number, maxDelayMs: number, retryOn: strings }, ['retries']),
  timeoutMs: number,
  cache: record(
    {
      mode: { enum: ['off', 'on', 'read', 'write'] },
      version: string,
      ignore: strings,
      ttlMs: number,
      singleFlight: { type: 'boolean' },
    },
    ['mode'],
  ),
  resources: record({
    memory: number,
    cpus: number,
    gpus: { anyOf: [number, { enum: ['all'] }] },
    shm: number,
    pids: number,
  }),
  runtime: string,
  image: string,
  // its fields are read where the run is prepared
  kubernetes: { type: 'object' },
  secrets: strings,
  env: texts,
  labels: texts,
  isolation: { enum: ['fresh', 'pool'] },
  seed: number,
};

/**
 * What is wrong with the options of a step, a sentence each. Pipeline files are bundled without a type check, so a
 * mistyped option would otherwise be passed over in silence. The plan's own schema cannot be asked while a body runs:
 * it comes with a package that importing `slipway` does not load.
 */
export function checkOptions(given: StepOptions): readonly string[] {
  const wrong = checkSchema(record(options), toJson(given)).map(({ path, message }) =>
    path === '' ? `options: ${message}` : `option "${path}" ${message}`,
  );
  return wrong.length > 0 ? wrong : checkCounts(given);
}

/** Counts and durations, which the plan takes as whole numbers from 0 or 1. */
function checkCounts({ timeoutMs, retry, cache, resources }: StepOptions): string[] {
  const counts: readonly (readonly [string, number | undefined, number])[] = [
    ['timeoutMs', timeoutMs, 1],
    ['retry.retries', retry?.retries, 0],
    ['retry.delayMs', retry?.delayMs, 0],
    ['retry.maxDelayMs', retry?.maxDelayMs, 0],
    ['cache.ttlMs', cache?.ttlMs, 0],
    ['resources.memory', resources?.memory, 1],
    ['resources.gpus', resources?.gpus === 'all' ? undefined : resources?.gpus, 1],
    ['resources.shm', resources?.shm, 1],
    ['resources.pids', resources?.pids, 1],
  ];
  return counts.flatMap(([path, value, least]) =>
    value === undefined || (Number.isSafeInteger(value) && value >= least)
      ? []
      : [`option "${path}" expects a whole number of ${least} or more, got ${value}`],
  );
}
