import { blankRanges } from '../blank-text.ts';
import type { Closure, Link } from '../closure/close-over.ts';
import type { CellSource } from '../read-cells.ts';
import type { Statement } from '../statement.ts';
import { editText, type TextEdit } from './edit-text.ts';
import { followAssignments } from './own-assignments.ts';
import { type SharedNames, sharedNames } from './shared-names.ts';

/** A cell as a module of the bundle. */
export interface CellModule {
  /** `train.ipynb#cell-5`; source maps name it `notebook:train.ipynb#cell-5`. */
  readonly id: string;
  readonly cell: number;
  /** The cell with everything unneeded blanked out, so that lines stay, and its imports and exports appended. */
  readonly contents: string;
  /** The cell as the user sees it. */
  readonly original: string;
}

interface Emission {
  readonly cells: readonly CellSource[];
  readonly closure: Closure;
  /** Names that the entry takes from a cell, by position. */
  readonly wanted: ReadonlyMap<number, ReadonlySet<string>>;
  readonly moduleId: (cell: CellSource) => string;
}

interface CellEmission extends Emission {
  readonly cell: CellSource;
  readonly needed: ReadonlySet<Statement>;
  /** Uses of other cells' names in this one. */
  readonly outgoing: readonly Link[];
  /** Uses of this cell's names in others. */
  readonly incoming: readonly Link[];
  readonly shared: SharedNames;
  /** Names of this cell that go into their slots. */
  readonly given: readonly string[];
}

/** Prefix of the little modules that hold the names which cells share. */
export const latePrefix = 'late:';

/** Source of such a module: what the name means at the moment. */
export const lateModule: string = `export let value;
export function assign(next) { value = next; }
export function after(result, next) { value = next; return result; }
export const slot = { get value() { return value; }, set value(next) { value = next; } };
`;

/**
 * One module a cell. Cells import from earlier cells only, so that they are evaluated in the notebook's order. A name that means
 * different things in the course of time lives in a slot, as all names do in the kernel: declarations and assignments fill it.
 */
export function emitCells(emission: Emission): CellModule[] {
  const { cells, closure } = emission;
  const shared = sharedNames(closure);
  const outgoing = groupBy(closure.links, (link) => link.from);
  const incoming = groupBy(closure.links, (link) => link.to);
  const positions = [...closure.needed.keys()].sort((a, b) => a - b);
  return positions.flatMap((position) => {
    const cell = cells[position];
    if (!cell) return [];
    const needed = closure.needed.get(position) ?? new Set<Statement>();
    const declared = new Set([...needed].flatMap((statement) => statement.declares));
    return [
      emitCell(
        {
          ...emission,
          cell,
          needed,
          shared,
          outgoing: outgoing.get(position) ?? [],
          incoming: incoming.get(position) ?? [],
          given: [...declared].filter((name) => shared.givers(name).has(position)).sort(),
        },
        position,
      ),
    ];
  });
}

function groupBy(
  links: readonly Link[],
  keyOf: (link: Link) => number,
): ReadonlyMap<number, readonly Link[]> {
  const groups = new Map<number, Link[]>();
  for (const link of links) {
    const group = groups.get(keyOf(link));
    if (group) group.push(link);
    else groups.set(keyOf(link), [link]);
  }
  return groups;
}

function emitCell(emission: CellEmission, position: number): CellModule {
  const { cell, moduleId } = emission;
  const appended = [
    ...renderImports(emission),
    ...emission.given.map(
      (name) =>
        `import { assign as assign$${name}, after as after$${name} } from ${JSON.stringify(latePrefix + name)};`,
    ),
    renderExports(emission, position),
  ];
  return {
    id: moduleId(cell),
    cell: cell.number,
    contents: `${renderText(emission)}\n;${appended.filter(Boolean).join('\n')}\n`,
    original: cell.original,
  };
}

function renderImports(emission: CellEmission): string[] {
  const { outgoing, cells, moduleId, shared } = emission;
  const lines = outgoing.map((link) => {
    const { name } = link;
    const target = cells[link.to];
    if (!shared.isShared(link))
      return `import { ${name} } from ${JSON.stringify(`notebook:${target ? moduleId(target) : ''}`)};`;
    const local = localName(link, emission);
    const what = local === slotName(name) ? 'slot' : 'value';
    return `import { ${what === local ? what : `${what} as ${local}`} } from ${JSON.stringify(latePrefix + name)};`;
  });
  return [...new Set(lines)].sort();
}

const slotName = (name: string): string => `slot$${name}`;

/** What a use of a shared name is called in its cell: assignable, beside a plain import of the name, or simply itself. */
function localName(link: Link, { outgoing, shared }: CellEmission): string {
  const { name } = link;
  const same = outgoing.filter((each) => each.name === name);
  if (same.some((each) => each.reference.access === 'assign')) return slotName(name);
  return same.some((each) => !shared.isShared(each)) ? `${name}$late` : name;
}

function renderExports({ needed, incoming, shared, wanted }: CellEmission, position: number): string {
  const already = new Set([...needed].flatMap((statement) => statement.exports));
  const names = new Set([
    ...incoming.filter((link) => !shared.isShared(link)).map((link) => link.name),
    ...(wanted.get(position) ?? []),
  ]);
  const missing = [...names].filter((name) => !already.has(name)).sort();
  return missing.length > 0 ? `export { ${missing.join(', ')} };` : '';
}

function renderText(emission: CellEmission): string {
  const { text, statements } = emission.cell.analysed;
  const unneeded = statements.filter(
    (statement) => !emission.needed.has(statement) && statement.kind !== 'type',
  );
  let out = blankRanges(text, unneeded);
  // a statement taken out may have ended the one before it: the semicolon keeps them apart
  for (const { start, end } of unneeded)
    if (end > start) out = `${out.slice(0, start)};${out.slice(start + 1)}`;
  const enclosures = emission.given
    .flatMap((name) => [...emission.needed].flatMap((statement) => followAssignments(statement, name)))
    .sort((a, b) => a.open.at - b.open.at || b.close.at - a.close.at);
  // for one place: inner ends before outer ones, then what follows a declaration, then beginnings
  return editText(out, [
    ...enclosures.map((each) => each.close).reverse(),
    ...slotFillings(emission),
    ...enclosures.map((each) => each.open),
    ...renamedUses(emission),
  ]);
}

function renamedUses(emission: CellEmission): TextEdit[] {
  const edits = emission.outgoing
    .filter((link) => emission.shared.isShared(link))
    .flatMap((link): [number, TextEdit][] => {
      const { name, reference } = link;
      const local = localName(link, emission);
      if (local === name) return [];
      const text = local === slotName(name) ? `${local}.value` : local;
      const at = reference.position;
      return [[at, { at, length: name.length, text: reference.shorthand ? `${name}: ${text}` : text }]];
    });
  // a use that means different cells in the course of time is one use all the same
  return [...new Map(edits).values()];
}

/**
 * After each declaration its slot holds what the name means from then on. Before it, in the same cell, the kernel has nothing under a
 * name that it is about to declare again.
 */
function slotFillings(emission: CellEmission): TextEdit[] {
  return emission.given.flatMap((name) => {
    const declaring = [...emission.needed].filter((statement) => statement.declares.includes(name));
    const calls = emission.shared.givers(name).size > 1 ? firstCall(emission.needed, declaring) : undefined;
    return [
      ...(calls === undefined ? [] : [{ at: calls.start, text: `assign$${name}(undefined);` }]),
      ...declaring.map((statement) => ({ at: statement.end, text: `;assign$${name}(${name});` })),
    ];
  });
}

/** The first statement, at the latest the declaration itself, that calls something. */
function firstCall(needed: ReadonlySet<Statement>, declaring: readonly Statement[]): Statement | undefined {
  const last = Math.max(...declaring.map((statement) => statement.start));
  const calling = [...needed].filter(
    (statement) =>
      statement.start <= last &&
      statement.references.some((each) => each.eager && (each.called || each.method !== undefined)),
  );
  return calling.sort((a, b) => a.start - b.start)[0];
}
