import { blankRanges } from './blank-text.ts';
import type { Closure, Link } from './close-over.ts';
import type { CellSource } from './read-cells.ts';
import type { Statement } from './statement.ts';

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

/** Prefix of the little modules through which a cell sees what a later cell declares. */
export const latePrefix = 'late:';

/** Source of a late module: holds the value that the later cell puts there once it has run. */
export const lateModule: string = 'export let value;\nexport function assign(next) { value = next; }\n';

/**
 * One module a cell. Cells import from earlier cells only, so that they are evaluated in the notebook's order; what a
 * function uses from a later cell comes through a late module, which that cell fills.
 */
export function emitCells(emission: Emission): CellModule[] {
  const positions = [...emission.closure.needed.keys()].sort((a, b) => a - b);
  return positions.flatMap((position) => {
    const cell = emission.cells[position];
    return cell ? [emitCell(emission, position, cell)] : [];
  });
}

function emitCell(emission: Emission, position: number, cell: CellSource): CellModule {
  const { closure, cells, moduleId } = emission;
  const needed = closure.needed.get(position) ?? new Set<Statement>();
  const outgoing = closure.links.filter((link) => link.from === position);
  const aliases = aliasesOf(outgoing);
  const appended: string[] = [];
  for (const link of distinct(outgoing)) {
    const target = cells[link.to];
    if (target) appended.push(renderImport(link, aliases.get(key(link)) ?? link.name, target, emission));
  }
  const incoming = closure.links.filter((link) => link.to === position);
  const given = [
    ...new Set(incoming.filter((link) => isLate(link, emission)).map((link) => link.name)),
  ].sort();
  for (const name of given)
    appended.push(
      `import { assign as assign$${name} } from ${JSON.stringify(`${latePrefix}${moduleId(cell)}/${name}`)};`,
      `assign$${name}(${name});`,
    );
  appended.push(renderExports(emission, position, needed, incoming));
  return {
    id: moduleId(cell),
    cell: cell.number,
    contents: `${blankUnneeded(cell, needed, outgoing, aliases)}\n;${appended.filter(Boolean).join('\n')}\n`,
    original: cell.original,
  };
}

function renderImport(link: Link, local: string, target: CellSource, emission: Emission): string {
  const id = emission.moduleId(target);
  if (isLate(link, emission))
    return `import { value as ${local} } from ${JSON.stringify(`${latePrefix}${id}/${link.name}`)};`;
  return `import { ${link.name} as ${local} } from ${JSON.stringify(`notebook:${id}`)};`;
}

/** A use of a later cell's name; a variable that its own cell keeps assigning is imported directly, to stay live. */
function isLate(link: Link, { cells, closure }: Emission): boolean {
  if (link.to < link.from) return false;
  const reassigned = [...(closure.needed.get(link.to) ?? [])].some((statement) =>
    statement.references.some(
      (reference) => reference.name === link.name && reference.access === 'assign' && !reference.eager,
    ),
  );
  return !reassigned && cells[link.to] !== undefined;
}

function renderExports(
  emission: Emission,
  position: number,
  needed: ReadonlySet<Statement>,
  incoming: readonly Link[],
): string {
  const already = new Set([...needed].flatMap((statement) => statement.exports));
  const wanted = new Set([
    ...incoming.filter((link) => !isLate(link, emission)).map((link) => link.name),
    ...(emission.wanted.get(position) ?? []),
  ]);
  const names = [...wanted].filter((name) => !already.has(name)).sort();
  return names.length > 0 ? `export { ${names.join(', ')} };` : '';
}

/**
 * A cell can use a name at once and again later, and mean two cells' declarations; the later one then gets another name.
 */
function aliasesOf(links: readonly Link[]): Map<string, string> {
  const targets = new Map<string, Set<number>>();
  for (const { name, to } of links) targets.set(name, (targets.get(name) ?? new Set()).add(to));
  const aliases = new Map<string, string>();
  for (const link of links)
    if ((targets.get(link.name)?.size ?? 0) > 1 && !link.reference.eager)
      aliases.set(key(link), `${link.name}$${link.to}`);
  return aliases;
}

function distinct(links: readonly Link[]): Link[] {
  const byKey = new Map(links.map((link) => [key(link), link]));
  return [...byKey.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** A late and an eager use of one target share an import unless the name needs an alias. */
const key = (link: Link): string => `${link.name} ${link.to}`;

function blankUnneeded(
  cell: CellSource,
  needed: ReadonlySet<Statement>,
  outgoing: readonly Link[],
  aliases: ReadonlyMap<string, string>,
): string {
  const { text, statements } = cell.analysed;
  const unneeded = statements.filter((statement) => !needed.has(statement) && statement.kind !== 'type');
  let out = blankRanges(text, unneeded);
  // a statement taken out may have ended the one before it: the semicolon keeps them apart
  for (const { start, end } of unneeded)
    if (end > start) out = `${out.slice(0, start)};${out.slice(start + 1)}`;
  const edits = outgoing.filter((link) => aliases.has(key(link)) && !link.reference.eager);
  for (const link of [...edits].sort((a, b) => b.reference.position - a.reference.position)) {
    const alias = aliases.get(key(link)) ?? link.name;
    const at = link.reference.position;
    out =
      out.slice(0, at) +
      (link.reference.shorthand ? `${link.name}: ${alias}` : alias) +
      out.slice(at + link.name.length);
  }
  return out;
}
