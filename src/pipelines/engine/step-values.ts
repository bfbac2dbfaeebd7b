import type { SlipwayError } from '../../core/error.ts';
import type { Json } from '../../core/json.ts';
import { nearestName } from '../../core/nearest-name.ts';
import { isStoreUri, parseStoreUri } from '../../core/store-uri.ts';
import type { ArtifactRecord, InputRecord, RunRecord } from '../../tracking/run.ts';
import { stepOutputMissing } from '../errors.ts';
import { lookInto } from '../plan/look-into.ts';
import type { PlanFunction, PlanStep, PlanValue } from '../plan/plan.ts';
import { type ItemScope, renderScope, type ScopeItem, sharedScope } from './item-scope.ts';

/** What a step gave, whether by a run of its own, from the cache, or from an earlier run of the pipeline. */
export type StepOutputs = Pick<RunRecord, 'uid' | 'results' | 'artifacts'>;

/** Where the values of a running plan come from. */
export interface ValueSource {
  readonly arguments: Readonly<Record<string, Json>>;
  /** Outputs of the steps that have completed, by the id of the step's instance. */
  readonly outputs: ReadonlyMap<string, StepOutputs>;
  /** Ids of maps around a step, the outermost first. */
  readonly chainOf: (step: string) => readonly string[];
  /** Items of a map, once they are known, and of those around it. */
  readonly itemsOf: (map: string, scope: ItemScope) => MapItems | undefined;
  /** The items in which the value stands. */
  readonly scope: ItemScope;
}

export interface MapItems {
  readonly outer: ItemScope;
  readonly items: readonly ScopeItem[];
}

export interface StepInputs {
  readonly params: Readonly<Record<string, Json>>;
  readonly inputs: Readonly<Record<string, InputRecord>>;
}

/** Params and inputs of a step, now that what it depends on has ended. Throws `STEP_OUTPUT_MISSING`. */
export function resolveStepInputs(
  step: Pick<PlanStep, 'id' | 'arguments'>,
  called: PlanFunction,
  source: ValueSource,
): StepInputs {
  const inputNames = inputNamesOf(called);
  const params: Record<string, Json> = {};
  const inputs: Record<string, InputRecord> = {};
  for (const [name, value] of Object.entries(step.arguments)) {
    const user = `step "${step.id}" (argument "${name}")`;
    if (inputNames.has(name)) inputs[name] = resolveInput(value, source, user);
    else params[name] = resolveValue(value, source, user);
  }
  return { params, inputs };
}

/** Names of the parameters of a function that take data. */
export function inputNamesOf({ handlerSpec: { parameters } }: PlanFunction): ReadonlySet<string> {
  return new Set(parameters.filter(({ role }) => role === 'input').map(({ name }) => name));
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
      return resolveItem(value, source, user);
    case 'gather':
      return resolveGathered(value, source, user);
  }
}

function resolveItem(
  { of, part, path }: Extract<PlanValue, { type: 'item' }>,
  { scope }: ValueSource,
  user: string,
): Json {
  const item = scope.find(({ map }) => map === of);
  if (item === undefined) throw stepOutputMissing(`${user} needs an item of "${of}", but is not part of it`);
  const found = lookInto(item[part], path);
  if (found !== undefined) return found;
  throw stepOutputMissing(
    `${user} needs "${path.join('.')}" of item "${item.key}" of the map "${of}", which it does not have`,
    { hint: `the item is ${JSON.stringify(item.value).slice(0, 200)}` },
  );
}

/** What the value is for each item, those apart for which a step was skipped by its condition. */
function resolveGathered(
  { of, value, steps, path }: Extract<PlanValue, { type: 'gather' }>,
  source: ValueSource,
  user: string,
): Json {
  const found = source.itemsOf(of, source.scope);
  if (found === undefined)
    throw stepOutputMissing(`${user} needs what the map "${of}" gives, which has not run`);
  const list = found.items.flatMap((item) => {
    const inner = { ...source, scope: [...found.outer, item] };
    const ran = steps.every((step) => source.outputs.has(instanceOf(step, inner)) || !isLeaf(step, inner));
    return ran ? [resolveValue(value, inner, user)] : [];
  });
  const inside = lookInto(list, path);
  if (inside !== undefined) return inside;
  throw stepOutputMissing(
    `${user} needs "${path.join('.')}" of what the map "${of}" gives, a list of ${list.length}`,
  );
}

const instanceOf = (step: string, { chainOf, scope }: ValueSource): string =>
  `${step}${renderScope(sharedScope(scope, chainOf(step)))}`;

/** Whether a step runs once in a scope, rather than for each item of a map further inside. */
const isLeaf = (step: string, { chainOf, scope }: ValueSource): boolean =>
  sharedScope(scope, chainOf(step)).length === chainOf(step).length;

function resolveInput(value: PlanValue, source: ValueSource, user: string): InputRecord {
  if (value.type === 'output') {
    const found = findOutput(value, source, user);
    if ('artifact' in found) return toInput(found.artifact);
    const made = source.outputs.get(instanceOf(value.step, source))?.artifacts;
    const artifact = made?.find((one) => one.uri === found.value);
    if (artifact !== undefined) return toInput(artifact);
    if (typeof found.value === 'string') return uriInput(found.value);
    throw notData(user, `the output "${value.path.join('.')}" of step "${value.step}"`, found.value);
  }
  const resolved = resolveValue(value, source, user);
  if (typeof resolved !== 'string') throw notData(user, 'the value given', resolved);
  return uriInput(resolved);
}

function toInput(artifact: ArtifactRecord): InputRecord {
  return { uri: artifact.uri, digest: artifact.digest, size: artifact.size };
}

/** An artifact's URI that is pinned tells the digest itself. */
function uriInput(uri: string): InputRecord {
  const digest = isStoreUri(uri) && !uri.includes('#') ? parseStoreUri(uri).digest : undefined;
  return digest === undefined ? { uri } : { uri, digest };
}

type Found = { readonly value: Json } | { readonly artifact: ArtifactRecord };

function findOutput(value: Extract<PlanValue, { type: 'output' }>, source: ValueSource, user: string): Found {
  const id = instanceOf(value.step, source);
  const outputs = source.outputs.get(id);
  if (outputs === undefined)
    throw stepOutputMissing(`${user} needs an output of step "${id}", which has not completed`);
  const [name, ...inner] = value.path;
  if (name === undefined) return { value: wholeOutput(outputs) };
  const artifact = outputs.artifacts.findLast((one) => one.key === name);
  if (artifact !== undefined && inner.length === 0) return { artifact };
  const found = lookInto(outputs.results, value.path);
  if (found === undefined) throw missing(id, value.path, outputs, user);
  return { value: found };
}

/** All results of a step; those that are artifacts by their URIs. */
function wholeOutput({ results, artifacts }: StepOutputs): Json {
  const missing = artifacts.filter(({ key }) => !Object.hasOwn(results, key));
  return { ...results, ...Object.fromEntries(missing.map(({ key, uri }) => [key, uri])) };
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

function missing(step: string, path: readonly string[], outputs: StepOutputs, user: string): SlipwayError {
  const wanted = path.join('.');
  const results = Object.keys(outputs.results);
  const artifacts = outputs.artifacts.map((one) => one.key);
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
