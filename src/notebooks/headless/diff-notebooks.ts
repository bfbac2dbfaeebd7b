import { diffLines, type LineChange } from './diff-lines.ts';
import { type FileCell, type NotebookFile, tagsOf } from './notebook-file.ts';

/** What happened to one cell. Positions count all cells from 1. */
export interface CellChange {
  readonly id: string;
  readonly type: FileCell['cell_type'];
  readonly kind: 'added' | 'removed' | 'changed' | 'moved';
  /** Position in the old notebook. */
  readonly from?: number;
  /** Position in the new one. */
  readonly to?: number;
  readonly lines: readonly LineChange[];
}

/**
 * Differences of two notebooks by cell: sources only; outputs, counts and metadata do not count. Cells are matched by id, and those
 * that were given other ids by their source.
 */
export function diffNotebooks(before: NotebookFile, after: NotebookFile): readonly CellChange[] {
  const [old, now] = [placed(before), placed(after)];
  const matches = matchCells(old, now);
  const moved = movedCells(now.flatMap((cell) => matches.get(cell) ?? []));
  const matched = new Set(matches.values());
  const changes = now.flatMap((cell): CellChange[] => {
    const origin = matches.get(cell);
    if (!origin) return [change('added', undefined, cell)];
    if (origin.source !== cell.source || origin.type !== cell.type) return [change('changed', origin, cell)];
    return moved.has(origin) ? [change('moved', origin, cell)] : [];
  });
  const removed = old.filter((cell) => !matched.has(cell)).map((cell) => change('removed', cell, undefined));
  return [...changes, ...removed].sort((a, b) => (a.to ?? a.from ?? 0) - (b.to ?? b.from ?? 0));
}

interface PlacedCell {
  readonly id: string;
  readonly type: FileCell['cell_type'];
  readonly source: string;
  readonly position: number;
}

/** A cell that a run injected is no part of what somebody wrote. */
function placed(notebook: NotebookFile): readonly PlacedCell[] {
  return notebook.cells
    .filter((cell) => !tagsOf(cell).includes('injected-parameters'))
    .map(({ id, cell_type: type, source }, index) => ({ id, type, source, position: index + 1 }));
}

function matchCells(
  old: readonly PlacedCell[],
  now: readonly PlacedCell[],
): ReadonlyMap<PlacedCell, PlacedCell> {
  const matches = new Map<PlacedCell, PlacedCell>();
  const free = new Set(old);
  for (const same of [sameId, sameSource])
    for (const cell of now) {
      const found = matches.has(cell) ? undefined : [...free].find((candidate) => same(candidate, cell));
      if (!found) continue;
      matches.set(cell, found);
      free.delete(found);
    }
  return matches;
}

const sameId = (a: PlacedCell, b: PlacedCell): boolean => a.id === b.id;
const sameSource = (a: PlacedCell, b: PlacedCell): boolean => a.source === b.source && a.type === b.type;

/** The fewest cells whose move explains the new order: all that are not on a longest rising run of old positions. */
function movedCells(origins: readonly PlacedCell[]): ReadonlySet<PlacedCell> {
  const best: PlacedCell[][] = [];
  for (const cell of origins) {
    const before = best.filter((run) => (run.at(-1)?.position ?? 0) < cell.position);
    const longest = before.reduce<PlacedCell[]>((a, b) => (b.length > a.length ? b : a), []);
    best.push([...longest, cell]);
  }
  const staying = new Set(best.reduce<PlacedCell[]>((a, b) => (b.length > a.length ? b : a), []));
  return new Set(origins.filter((cell) => !staying.has(cell)));
}

function change(
  kind: CellChange['kind'],
  old: PlacedCell | undefined,
  now: PlacedCell | undefined,
): CellChange {
  return {
    id: now?.id ?? old?.id ?? '',
    type: now?.type ?? old?.type ?? 'code',
    kind,
    ...(old ? { from: old.position } : {}),
    ...(now ? { to: now.position } : {}),
    lines: kind === 'moved' ? [] : diffLines(old?.source ?? '', now?.source ?? ''),
  };
}

/** The changes as a unified diff, a section a cell, for people and patches in reviews. */
export function renderNotebookDiff(
  changes: readonly CellChange[],
  names: { readonly before: string; readonly after: string },
): string {
  if (changes.length === 0) return '';
  const sections = changes.map((each) => {
    const place = [each.from, each.to].filter((position) => position !== undefined).join(' → ');
    const marks = { same: ' ', removed: '-', added: '+' };
    const lines = each.lines.map(({ kind, text }) => `${marks[kind]}${text}`);
    return [`@@ cell ${place} (${each.type} ${each.id}) ${each.kind} @@`, ...lines].join('\n');
  });
  return `--- ${names.before}\n+++ ${names.after}\n${sections.join('\n')}\n`;
}
