import type { SlipwayError } from '../core/error.ts';
import type { Json } from '../core/json.ts';
import { nearestName } from '../core/nearest-name.ts';
import type { ArtifactRecord, InputRecord, RunRecord } from '../tracking/run.ts';
import { stepOutputMissing } from './errors.ts';
import type { PlanFunction, PlanStep, PlanValue } from './plan.ts';

/** Where the values of a running plan come from. */
export interface ValueSource {
  readonly arguments: Readonly<Record<string, Json>>;
  /** Records of the steps that have completed. */
  readonly records: ReadonlyMap<string, RunRecord>;
}

export interface StepInputs {
  readonly params: Readonly<Record<string, Json>>;
  readonly inputs: Readonly<Record<string, InputRecord>>;
}

/** Params and inputs of a step, now that what it depends on has ended. Throws `STEP_OUTPUT_MISSING`. */
export function resolveStepInputs(step: PlanStep, called: PlanFunction, source: ValueSource): StepInputs {
  const inputNames = new Set(
    called.handlerSpec.parameters.filter((one) => one.role === 'input').map((one) => one.name),
  );
  const params: Record<string, Json> = {};
  const inputs: Record<string, InputRecord> = {};
  for (const [name, value] of Object.entries(step.arguments)) {
    const user = `step "${step.id}" (argument "${name}")`;
    if (inputNames.has(name)) inputs[name] = resolveInput(value, source, user);
    else params[name] = resolveValue(value, source, user);
  }
  return { params, inputs };
}

/** The JSON that a value stands for; an artifact gives its pinned URI. `user` is who needs it, for the error. */
export function resolveValue(value: PlanValue, source: ValueSource, user: string): Json {
  switch (value.type) {
    case 'literal':
      return value.value;
    case 'parameter':
      return resolveParameter(value, source, user);
    case 'output': {
      const found = findOutput(value, source, user);
      return 'artifact' in found ? found.artifact.uri : found.value;
    }
    case 'list':
      return value.items.map((item) => resolveValue(item, source, user));
    case 'record':
      return Object.fromEntries(
        Object.entries(value.entries).map(([key, item]) => [key, resolveValue(item, source, user)]),
      );
    case 'item':
      throw stepOutputMissing(`${user} needs an item of "${value.of}", but is not part of a map`);
  }
}

function resolveInput(value: PlanValue, source: ValueSource, user: string): InputRecord {
  if (value.type === 'output') {
    const found = findOutput(value, source, user);
    if ('artifact' in found) return toInput(found.artifact);
    const made = source.records.get(value.step)?.artifacts.find((one) => one.uri === found.value);
    if (made !== undefined) return toInput(made);
    if (typeof found.value === 'string') return { uri: found.value };
    throw notData(user, `the output "${value.path.join('.')}" of step "${value.step}"`, found.value);
  }
  const resolved = resolveValue(value, source, user);
  if (typeof resolved !== 'string') throw notData(user, 'the value given', resolved);
  return { uri: resolved };
}

function toInput(artifact: ArtifactRecord): InputRecord {
  return { uri: artifact.uri, digest: artifact.digest, size: artifact.size };
}

type Found = { readonly value: Json } | { readonly artifact: ArtifactRecord };

function findOutput(value: Extract<PlanValue, { type: 'output' }>, source: ValueSource, user: string): Found {
  const record = source.records.get(value.step);
  if (record === undefined)
    throw stepOutputMissing(`${user} needs an output of step "${value.step}", which has not completed`);
  const [name, ...inner] = value.path;
  if (name === undefined) return { value: record.results };
  const artifact = record.artifacts.findLast((one) => one.key === name);
  if (artifact !== undefined && inner.length === 0) return { artifact };
  const found = lookInto(record.results, value.path);
  if (found === undefined) throw missing(value.step, value.path, record, user);
  return { value: found };
}

function resolveParameter(
  value: Extract<PlanValue, { type: 'parameter' }>,
  source: ValueSource,
  user: string,
): Json {
  const found = lookInto(source.arguments, [value.name, ...value.path]);
  if (found !== undefined) return found;
  const name = [value.name, ...value.path].join('.');
  throw stepOutputMissing(`${user} needs the pipeline's parameter "${name}", which has no value`, {
    hint: `give it: --param ${value.name}=…`,
  });
}

function lookInto(start: Json, path: readonly string[]): Json | undefined {
  let at: Json | undefined = start;
  for (const key of path) {
    if (at === null || typeof at !== 'object' || !Object.hasOwn(at, key)) return undefined;
    at = (at as Readonly<Record<string, Json>>)[key];
  }
  return at;
}

function missing(step: string, path: readonly string[], record: RunRecord, user: string): SlipwayError {
  const wanted = path.join('.');
  const results = Object.keys(record.results);
  const artifacts = record.artifacts.map((one) => one.key);
  const there = [...new Set([...results, ...artifacts])];
  const near = nearestName(path[0] ?? '', there);
  const shown = there.length === 0 ? 'it produced none' : `it produced: ${there.join(', ')}`;
  return stepOutputMissing(
    `${user} needs the output "${wanted}" of step "${step}", which step "${step}" did not produce; ${shown}`,
    {
      hint:
        near !== undefined && near !== path[0]
          ? `did you mean "${near}"?`
          : `return it from the handler, or log it as a result or artifact of that name`,
      details: { step, output: wanted, results, artifacts },
    },
  );
}

function notData(user: string, what: string, value: Json): SlipwayError {
  return stepOutputMissing(`${user} needs data, but ${what} is ${JSON.stringify(value)}`, {
    hint: 'an input takes an artifact, or the text of a path or URL',
  });
}
