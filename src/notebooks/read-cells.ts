import { analyseSource } from './analyse-source.ts';
import { blankMagics } from './blank-magics.ts';
import type { TextRange } from './blank-text.ts';
import { type CellMarker, findMarkers, markedRegions } from './cell-markers.ts';
import type { Cell, Notebook } from './notebook.ts';
import type { AnalysedSource, Statement } from './statement.ts';

/** A code cell, parsed, with what tags and markers say about it. */
export interface CellSource {
  readonly number: number;
  readonly id: string;
  /** The text as the user sees it. */
  readonly original: string;
  readonly analysed: AnalysedSource;
  /** Takes no part: why. */
  readonly excluded?: string;
  /** Everything in it is packaged, effects too: tagged `export`. */
  readonly forced: boolean;
  /** Name of the in-memory module (`@module name`) that the cell is. */
  readonly moduleName?: string;
  /** Stretches between start-code and end-code; undefined where the notebook uses no markers. */
  readonly marked?: readonly TextRange[];
}

export interface ReadCells {
  readonly cells: readonly CellSource[];
  readonly warnings: readonly string[];
}

/**
 * Parses every cell by itself.
 * @param functionNames start-code markers with other names are passed over
 */
export function readCells(notebook: Notebook, functionNames: readonly string[]): ReadCells {
  const warnings: string[] = [...notebook.notes];
  const read = notebook.cells.map((cell) => readCell(cell, warnings));
  const markers = read.flatMap((each) => (each.excluded === undefined ? each.markers : []));
  const regions = markedRegions(markers, read, functionNames, notebook.path);
  const cells = read.map(({ markers: _, ...cell }) => {
    const marked = regions?.get(cell.number);
    return regions === undefined ? cell : { ...cell, marked: marked ?? [] };
  });
  return { cells, warnings };
}

function readCell(cell: Cell, warnings: string[]): CellSource & { readonly markers: readonly CellMarker[] } {
  const { source, blanked, cellMagic } = cell.excluded
    ? { source: '', blanked: [], cellMagic: undefined }
    : blankMagics(cell.source);
  for (const { line, text } of blanked)
    warnings.push(
      `cell ${cell.number}, line ${line}: "${text}" is a command for another kernel and is left out`,
    );
  const analysed = analyseSource(`cell-${cell.number}.ts`, source);
  const markers = findMarkers(cell.number, analysed);
  const pragma = /^\s*\/\*\*[\s\S]*?\*\//.exec(source)?.[0] ?? '';
  const moduleName = /@module\s+([\w./-]+)/.exec(pragma)?.[1];
  const excluded =
    cell.excluded ??
    (cellMagic === undefined ? undefined : `it starts with "${cellMagic}"`) ??
    (markers.some((marker) => marker.kind === 'ignore') ? 'it is marked "ignore"' : undefined) ??
    (/@browser\b/.test(pragma) ? 'it is for the browser ("@browser")' : undefined);
  return {
    number: cell.number,
    id: cell.id,
    original: cell.source,
    analysed,
    forced: cell.tags.includes('export'),
    markers,
    ...(excluded === undefined ? {} : { excluded }),
    ...(moduleName === undefined ? {} : { moduleName }),
  };
}

/** Whether tag or markers put the statement into the package whatever it does. */
export function isForced(cell: CellSource, statement: Statement): boolean {
  return cell.forced || isMarked(cell, statement);
}

export function isMarked(cell: CellSource, statement: Statement): boolean {
  return cell.marked?.some((range) => statement.start >= range.start && statement.end <= range.end) ?? false;
}
