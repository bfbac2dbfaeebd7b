import { isMap, isScalar, isSeq, type YAMLMap } from 'yaml';
import { messageOf } from '../../core/error.ts';
import { nearestName } from '../../core/nearest-name.ts';
import type { ShapeProblem } from '../check-shape.ts';
import type { ReadCron } from './cron-times.ts';

/** What is wrong with the schedules of a project.yaml beyond its shape: names that lead nowhere, times that never come. */
export function checkSchedules(contents: unknown, readCron?: ReadCron): readonly ShapeProblem[] {
  if (!isMap(contents)) return [];
  const known = { pipeline: namesIn(contents, 'pipelines'), function: namesIn(contents, 'functions') };
  return entriesOf(contents, 'schedules').flatMap((item, i) =>
    isMap(item) ? checkSchedule(item, `schedules[${i}]`, known, readCron) : [],
  );
}

type Known = Readonly<Record<'pipeline' | 'function', readonly string[]>>;

function checkSchedule(
  map: YAMLMap,
  path: string,
  known: Known,
  readCron: ReadCron | undefined,
): readonly ShapeProblem[] {
  return [...checkTarget(map, path, known), ...checkOptions(map, path), ...checkCron(map, path, readCron)];
}

function checkTarget(map: YAMLMap, path: string, known: Known): readonly ShapeProblem[] {
  const given = (['pipeline', 'function'] as const).filter((key) => map.has(key));
  if (given.length !== 1) {
    const what =
      given.length === 0 ? 'names neither a pipeline nor a function' : 'names both a pipeline and a function';
    return [problem(map, path, `"${path}" ${what}`, 'write pipeline: <name> or function: <name>')];
  }
  return given.flatMap((key) => {
    const wanted = map.get(key);
    if (typeof wanted !== 'string' || known[key].includes(wanted)) return [];
    const near = nearestName(wanted, known[key]);
    const hint =
      near === undefined ? `the project has: ${known[key].join(', ') || 'none'}` : `did you mean "${near}"?`;
    return [
      problem(nodeOf(map, key), `${path}.${key}`, `${key} "${wanted}" does not exist in the project`, hint),
    ];
  });
}

function checkOptions(map: YAMLMap, path: string): readonly ShapeProblem[] {
  const wrong: ShapeProblem[] = [];
  const refuse = (key: string, message: string, hint: string): void => {
    wrong.push(problem(nodeOf(map, key), `${path}.${key}`, `"${path}.${key}" ${message}`, hint));
  };
  if (map.has('inputs') && map.has('pipeline'))
    refuse('inputs', 'is for functions', 'give a pipeline its data by params');
  if (map.has('maxCatchUp') && map.get('catchUp') !== 'all')
    refuse('maxCatchUp', 'limits nothing here', 'write catchUp: all beside it, or leave it out');
  if (map.get('engine') === 'argo' && map.has('function'))
    refuse('engine', 'cannot be "argo" for a function', 'put the function into a pipeline');
  return wrong;
}

/** A time that never comes is as wrong as one that cannot be read. */
function checkCron(map: YAMLMap, path: string, readCron: ReadCron | undefined): readonly ShapeProblem[] {
  const expression = map.get('cron');
  const zone = map.get('timezone') ?? 'UTC';
  // what is no text, or no zone, is told by the shape
  if (readCron === undefined || typeof expression !== 'string' || typeof zone !== 'string') return [];
  const at = nodeOf(map, 'cron');
  try {
    if (readCron(expression, zone).next(Date.now()) !== undefined) return [];
    return [
      problem(at, `${path}.cron`, `"${path}.cron": "${expression}" never comes`, 'no month has that day'),
    ];
  } catch (error) {
    if (error instanceof RangeError && /time zone/i.test(error.message)) return [];
    const why = messageOf(error).replace(/^\w+: /, '');
    return [
      problem(
        at,
        `${path}.cron`,
        `"${path}.cron": "${expression}" is not a cron expression: ${why}`,
        'minute hour day month weekday, e.g. 30 6 * * 1-5',
      ),
    ];
  }
}

function entriesOf(contents: YAMLMap, key: string): readonly unknown[] {
  const list = contents.get(key);
  return isSeq(list) ? list.items : [];
}

function namesIn(contents: YAMLMap, key: string): readonly string[] {
  return entriesOf(contents, key)
    .map((item) => (isMap(item) ? item.get('name') : undefined))
    .filter((name) => typeof name === 'string');
}

const nodeOf = (map: YAMLMap, key: string): unknown => map.get(key, true) ?? map;

function problem(node: unknown, path: string, message: string, hint: string): ShapeProblem {
  const range = isMap(node) || isScalar(node) || isSeq(node) ? node.range : undefined;
  return { offset: range?.[0] ?? 0, path, message, hint };
}
