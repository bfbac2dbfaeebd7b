import type { JournalEvent } from './journal-event.ts';

/** What a Date can be, either way from 1970; milliseconds. */
export const furthestTime = 8.64e15;

/** Whether a value can be what a field holds, and what it has to be, in words. */
interface FieldCheck {
  readonly fits: (value: unknown) => boolean;
  readonly due: string;
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text: FieldCheck = { fits: (value) => typeof value === 'string', due: 'text' };
const number: FieldCheck = { fits: (value) => Number.isFinite(value), due: 'a number' };
const value: FieldCheck = { fits: (found) => found !== undefined, due: 'a value' };
const list: FieldCheck = { fits: Array.isArray, due: 'a list' };
const object: FieldCheck = { fits: isObject, due: 'an object' };
const objects: FieldCheck = {
  fits: (found) => isObject(found) && Object.values(found).every(isObject),
  due: 'an object of objects',
};
const point: FieldCheck = {
  fits: (found) => number.fits(found) || text.fits(found),
  due: 'a number, or "NaN", "Infinity", "-Infinity"',
};
const artifact: FieldCheck = { fits: isArtifact, due: 'an artifact with key, kind, uri, digest and files' };
const owner: FieldCheck = {
  fits: (found) => isObject(found) && 'host' in found && 'pid' in found && number.fits(found.pid),
  due: 'a process with host and pid',
};
const optional = ({ fits, due }: FieldCheck): FieldCheck => ({
  fits: (found) => found === undefined || found === null || fits(found),
  due: `${due}, or nothing`,
});

/** What folding, showing and searching take for granted, by kind. Not more: journals of every version are to be read. */
const fields: { readonly [Kind in JournalEvent['kind']]: Readonly<Record<string, FieldCheck>> } = {
  created: {
    ...{ uid: text, name: text, project: text, runKind: text },
    ...{ params: object, inputs: objects, labels: object, iteration: optional(number) },
  },
  state: { state: text, error: optional(object) },
  param: { key: text, value },
  input: { key: text, input: object },
  label: { key: text, value },
  result: { key: text, value },
  metric: { key: text, value: point, step: optional(number), context: optional(object) },
  artifact: { artifact },
  environment: { environment: object },
  heartbeat: {},
  owner: { owner },
  commit: { message: optional(text) },
  attempt: { attempt: number },
  trial: { iteration: number, uid: text, state: text },
  best: { iteration: number },
  closed: {},
  step: { id: text, state: text, item: optional(list), results: optional(object) },
};
const fieldsOf = new Map<unknown, readonly (readonly [string, FieldCheck])[]>(
  Object.entries(fields).map(([kind, checks]) => [kind, Object.entries(checks)]),
);

/** Whether a value is an event that can be folded. One of a kind that only a newer version knows is. */
export function isSoundEvent(found: unknown): found is JournalEvent {
  if (!isObject(found)) return false;
  const { seq, time, kind } = found as Readonly<Record<string, unknown>>;
  if (typeof seq !== 'number' || !Number.isSafeInteger(seq) || seq < 1) return false;
  if (typeof time !== 'number' || !(Math.abs(time) <= furthestTime) || typeof kind !== 'string') return false;
  return unsoundField(found) === undefined;
}

/** What is wrong with an event whose stamp is right, as a sentence; undefined where nothing is. */
export function unsoundField(event: object): string | undefined {
  const { kind } = event as { readonly kind?: unknown };
  for (const [name, { fits, due }] of fieldsOf.get(kind) ?? [])
    if (!fits((event as Readonly<Record<string, unknown>>)[name]))
      return `"${name}" of an event of kind "${kind}" has to be ${due}`;
  return undefined;
}

function isArtifact(found: unknown): boolean {
  if (!isObject(found)) return false;
  const { files, ...record } = found as Readonly<Record<string, unknown>>;
  return Array.isArray(files) && ['key', 'kind', 'uri', 'digest'].every((name) => text.fits(record[name]));
}
