import { behaviours } from './behaviours.ts';
import { type Case, cases } from './cases.ts';
import { engines } from './engines/all-engines.ts';
import type { ConformanceEngine } from './engines/conformance-engine.ts';
import { readSeen, type Sighting } from './seen.ts';
import { type Shape, shapes } from './shapes.ts';

/** Where a case stands on an engine. */
type Standing = 'always' | 'seen' | 'never' | 'open';

const marks: Readonly<Record<Standing, string>> = { always: '●', seen: '○', never: '–', open: '' };

/** What is known of an engine. */
interface Known {
  readonly engine: ConformanceEngine;
  readonly seen: ReadonlyMap<string, Sighting>;
  readonly standing: (one: Case) => Standing;
}

/** The page that says which cases the suite runs on which engine, and which each has been seen to pass. */
export function renderConformancePage(): string {
  const known = engines.map(know);
  const overviews = [
    `## In which graph\n\n${renderOverview('shape', shapes, known, ({ shape }) => shape)}`,
    `## What happens\n\n${renderOverview('behaviour', behaviours, known, ({ behaviour }) => behaviour)}`,
  ];
  const grids = known
    .filter(({ standing }) => cases.some((one) => standing(one) !== 'always'))
    .map((one) => `### ${one.engine.name}\n\n${renderGrid(one)}${renderNotes(one)}`);
  return [introduction, ...overviews, `## Case by case\n\n${legend}`, ...grids].join('\n');
}

function know(engine: ConformanceEngine): Known {
  const seen = readSeen(engine.name);
  const standing = (one: Case): Standing => {
    if (engine.runs(one)) return 'always';
    if (seen.has(one.name)) return 'seen';
    return one.shape.name in (engine.leavesOut ?? {}) ? 'never' : 'open';
  };
  return { engine, seen, standing };
}

/** How many cases of each shape or behaviour: `4 + 8` are run by `npm test` and by hand, `4 + 6 of 12` leaves two open. */
function renderOverview(
  heading: string,
  parts: readonly { readonly name: string; readonly shows: string }[],
  known: readonly Known[],
  partOf: (one: Case) => { readonly name: string },
): string {
  const count = ({ standing }: Known, mine: readonly Case[]): string => {
    const number = (wanted: Standing): number => mine.filter((one) => standing(one) === wanted).length;
    const [always, seen] = [number('always'), number('seen')];
    const sum = seen === 0 ? `${always}` : `${always} + ${seen}`;
    return always + seen === mine.length ? sum : `${sum} of ${mine.length}`;
  };
  const counts = (mine: readonly Case[]): readonly string[] => known.map((one) => count(one, mine));
  return table([
    [heading, '', ...known.map(({ engine }) => engine.name)],
    ['---', '---', ...known.map(() => '---:')],
    ...parts.map((part) => [
      `\`${part.name}\``,
      part.shows,
      ...counts(cases.filter((one) => partOf(one) === part)),
    ]),
    ['**all**', '', ...counts(cases)],
  ]);
}

function renderGrid({ standing }: Known): string {
  const rowOf = (shape: Shape): readonly string[] => [
    `\`${shape.name}\``,
    ...cases.filter((one) => one.shape === shape).map((one) => marks[standing(one)]),
  ];
  return table([
    ['', ...behaviours.map(({ name }) => name)],
    ['---', ...behaviours.map(() => ':-:')],
    ...shapes.map(rowOf),
  ]);
}

/** When cases were seen that `npm test` does not run, and why some are never run. */
function renderNotes({ engine, seen, standing }: Known): string {
  const days = cases
    .filter((one) => standing(one) === 'seen')
    .flatMap(({ name }) => seen.get(name)?.on ?? []);
  const perDay = [...new Set(days)].sort().map((day) => `${day} (${days.filter((on) => on === day).length})`);
  const why = Object.entries(engine.leavesOut ?? {}).map(([shape, reason]) => `- \`${shape}\`: ${reason}.`);
  return [
    ...(perDay.length === 0 ? [] : [`\nSeen on ${perDay.join(', ')}.`]),
    ...why.map((line) => `\n${line}`),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

const table = (rows: readonly (readonly string[])[]): string =>
  `${rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;

const introduction = `# One meaning on every engine

A pipeline's plan means the same wherever its steps run. The suite in \`test/conformance\` holds that: ${shapes.length} graphs, in each of
which ${behaviours.length} things happen. What must come of a case (which step ended how, why, after how many attempts, with which
results, after which others) is worked out from the plan alone, without an engine, and written down in \`test/conformance/golden\`;
every engine must tell exactly that.

\`npm test\` runs every case where a step costs little. Where it costs the start of a container or a pod, it runs of each graph some
of what can happen in it, such that each behaviour is tried; the others are run by hand, with \`SLIPWAY_CONFORMANCE=all\`, which leaves
out what has been seen to pass, and writes down in \`test/conformance/seen\` what passes. A case whose expectation changes counts as
unseen. In these tables \`4 + 8\` says that \`npm test\` runs four cases and that eight more were seen to pass; \`4 + 6 of 12\` leaves two
that nobody has tried. They are written by the suite: \`npx vitest run test/conformance/table.test.ts -u\`.
`;

const legend = `Of engines that \`npm test\` does not run every case on: ● is run by \`npm test\`, ○ was seen to pass by hand with the present format of
plans and the present expectation, – is left out for the reason given; what is empty has not been tried.
`;
