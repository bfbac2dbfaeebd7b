import fc from 'fast-check';
import { expect } from 'vitest';
import type { Json } from '../../src/core/json.ts';
import type { RunRecord } from '../../src/tracking/run.ts';
import { compareByTerms, matchesFilter } from '../../src/tracking/search/evaluate-filter.ts';
import { parseFilter, parseOrderBy } from '../../src/tracking/search/parse-filter.ts';
import { completeRunFields } from '../../src/tracking/search/search-fields.ts';
import type { RunStore } from '../../src/tracking/store.ts';

const texts = [
  'a',
  'b',
  'A',
  'ä',
  'ab%c',
  '4',
  '4.0',
  '10',
  '9',
  'true',
  'NaN',
  '',
  '\ue000',
  '😀',
  "it's",
  'a\u0000b',
];
const integers = [
  '9007199254740993',
  '9007199254740992',
  '-9007199254740993',
  `1${'0'.repeat(30)}`,
  `1${'0'.repeat(29)}1`,
];
const values: readonly Json[] = [
  ...texts,
  ...integers,
  0,
  4,
  -4.5,
  1e300,
  9007199254740992,
  'Infinity',
  '-Infinity',
  true,
  false,
  null,
  [1, 'a'],
  { depth: 4, name: 'a' },
];

const json = fc.constantFrom(...values);
const recordParts = fc.record({
  params: fc.dictionary(fc.constantFrom('x', 'y', 'x.depth'), json),
  labels: fc.dictionary(fc.constantFrom('x', 'y'), fc.constantFrom(...texts, ...integers)),
  results: fc.dictionary(fc.constantFrom('x', 'y'), json),
  metrics: fc.dictionary(
    fc.constantFrom('x', 'y', 'long name'),
    fc.constantFrom(0, 1, -1, 0.5, 1e300, Number.NaN, Infinity, -Infinity),
  ),
  ended: fc.boolean(),
  runtime: fc.option(fc.constantFrom(...texts), { nil: undefined }),
  iteration: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
  name: fc.constantFrom('a', 'b', 'ä'),
});

const field = fc.constantFrom(
  'metrics.x',
  'metrics.y',
  'metrics.`long name`',
  'params.x',
  'params.y',
  'params.x.depth',
  'params.x.name',
  'labels.x',
  'labels.y',
  'results.x',
);
const textAttribute = fc.constantFrom('name', 'state', 'runtime', 'endedAt', 'kind');
const numberAttribute = fc.constantFrom('iteration', 'duration');
const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const number = fc.constantFrom(
  '0',
  '4',
  '-4.5',
  '.5',
  '1e300',
  '10',
  ...integers,
  'Infinity',
  '-Infinity',
  '9007199254740992',
);
const orderable = fc.oneof(number, fc.constantFrom(...texts).map(quote), fc.constant('NaN'));
const equatable = fc.oneof(orderable, fc.constantFrom('true', 'false', 'null'));
const pattern = fc.constantFrom('%', 'a%', '_', '%1%', 'A%', 'ab\\%%', '%ä', '4%', 'true').map(quote);
const not = fc.constantFrom('', 'not ');

const test = fc.oneof(
  fc
    .tuple(fc.oneof(field, textAttribute), fc.constantFrom('=', '!=', '==', '<>'), equatable)
    .map((p) => p.join(' ')),
  fc
    .tuple(fc.oneof(field, textAttribute), fc.constantFrom('<', '<=', '>', '>='), orderable)
    .map((p) => p.join(' ')),
  fc.tuple(numberAttribute, fc.constantFrom('=', '!=', '<', '>='), number).map((p) => p.join(' ')),
  fc
    .tuple(fc.oneof(field, textAttribute), not, fc.array(equatable, { minLength: 1, maxLength: 4 }))
    .map(([name, negated, list]) => `${name} ${negated}in (${list.join(', ')})`),
  fc
    .tuple(fc.oneof(field, textAttribute), not, fc.constantFrom('like', 'ilike'), pattern)
    .map(([name, negated, like, text]) => `${name} ${negated}${like} ${text}`),
  fc
    .tuple(fc.oneof(field, textAttribute, numberAttribute), not)
    .map(([name, negated]) => `${name} is ${negated}null`),
);
const { filter } = fc.letrec<{ filter: string }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3 },
    test,
    fc
      .tuple(tie('filter'), fc.constantFrom('and', 'or'), tie('filter'))
      .map(([a, op, b]) => `(${a}) ${op} ${b}`),
    tie('filter').map((inner) => `not (${inner})`),
  ),
}));
const orderBy = fc
  .array(
    fc
      .tuple(fc.oneof(field, textAttribute, numberAttribute), fc.constantFrom('', ' asc', ' desc'))
      .map((p) => p.join('')),
    { minLength: 1, maxLength: 3 },
  )
  .map((terms) => terms.join(', '));

/** Writes runs with all that is awkward to search for; gives their uids. */
export function fill(store: RunStore): readonly string[] {
  const uids: string[] = [];
  for (const [i, parts] of fc.sample(recordParts, { numRuns: 60, seed: 7 }).entries()) {
    const writer = store.createRun({
      uid: `run${String(i).padStart(4, '0')}`,
      name: parts.name,
      project: 'demo',
      runKind: 'run',
      params: parts.params,
      inputs: {},
      labels: parts.labels,
      ...(parts.runtime === undefined ? {} : { runtime: parts.runtime }),
      ...(parts.iteration === undefined ? {} : { iteration: parts.iteration }),
    });
    writer.append({ kind: 'state', state: 'running' });
    for (const [key, value] of Object.entries(parts.metrics)) writer.append({ kind: 'metric', key, value });
    for (const [key, value] of Object.entries(parts.results)) writer.append({ kind: 'result', key, value });
    if (parts.ended) writer.append({ kind: 'state', state: 'completed' });
    writer.close();
    uids.push(writer.uid);
  }
  return uids;
}

/** Holds a store's SQL against the same filters and orders in memory. */
export async function compareWithMemory(
  store: RunStore,
  uids: readonly string[],
  numRuns: number,
): Promise<void> {
  const records = await Promise.all(uids.map((uid) => store.getRun(uid)));
  const byUid = (a: RunRecord, b: RunRecord): number => (a.uid < b.uid ? 1 : -1);
  await fc.assert(
    fc.asyncProperty(filter, orderBy, fc.integer({ min: 1, max: 70 }), async (text, order, limit) => {
      const { condition } = parseFilter(text);
      const terms = parseOrderBy(order);
      const expected = records
        .map((record) => ({ record, fields: completeRunFields(record) }))
        .filter(({ fields }) => matchesFilter(condition, fields))
        .sort((a, b) => compareByTerms(terms, a.fields, b.fields) || byUid(a.record, b.record))
        .slice(0, limit)
        .map(({ record }) => record.uid);
      const page = await store.searchRuns({ filter: text, orderBy: order, limit });
      expect(page.runs.map(({ uid }) => uid)).toEqual(expected);
    }),
    { numRuns },
  );
}
