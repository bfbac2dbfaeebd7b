import type ts from 'typescript-ast';
import { lineAt, type TextRange } from './blank-text.ts';
import { notebookInvalid } from './errors.ts';
import type { AnalysedSource } from './statement.ts';
import { typescript } from './typescript.ts';

/** A comment such as `// slipway: start-code train`; `mlrun:` and `nuclio:` mean the same. */
export interface CellMarker {
  readonly kind: 'start-code' | 'end-code' | 'ignore';
  readonly cell: number;
  readonly line: number;
  readonly name?: string;
  readonly start: number;
  readonly end: number;
}

const pattern =
  /\/\/[ \t]*(?:slipway|mlrun|nuclio)[ \t]*:[ \t]*(start-code|end-code|ignore)\b[ \t]*([\w.-]*)[^\n]*/g;

/** Markers in the comments of a cell; the same text inside a string or template is none. */
export function findMarkers(cell: number, { text, file }: AnalysedSource): CellMarker[] {
  return [...text.matchAll(pattern)].flatMap((match): CellMarker[] => {
    const start = match.index;
    if (isInText(file, start) || isInComment(file, text, start)) return [];
    const name = match[2];
    return [
      {
        kind: match[1] as CellMarker['kind'],
        cell,
        line: lineAt(text, start),
        start,
        end: start + match[0].length,
        ...(name ? { name } : {}),
      },
    ];
  });
}

/** Whether an offset lies inside a string, template or regular expression. */
function isInText(file: ts.SourceFile, offset: number): boolean {
  const api = typescript();
  const visit = (node: ts.Node): boolean => {
    if (offset < node.getStart(file) || offset >= node.end) return false;
    if (
      api.isStringLiteralLike(node) ||
      api.isTemplateLiteralToken(node) ||
      api.isRegularExpressionLiteral(node)
    )
      return true;
    return api.forEachChild(node, (child) => visit(child) || undefined) ?? false;
  };
  return visit(file);
}

/** Whether a comment has begun before: a marker is a comment of its own, not something that a comment mentions. */
function isInComment(file: ts.SourceFile, text: string, offset: number): boolean {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  const base = offset - line.length;
  for (let at = line.indexOf('//'); at >= 0; at = line.indexOf('//', at + 1))
    if (!isInText(file, base + at)) return true;
  const block = text.lastIndexOf('/*', offset);
  return block >= 0 && text.indexOf('*/', block) > offset && !isInText(file, block);
}

/**
 * The stretches between start-code and end-code, by cell, as MLRun reads them: only a start counts to the end of the
 * notebook, only an end from its top; markers without a name are for every function, those with another function's name are
 * passed over. Undefined when the notebook has no markers that count.
 * @throws NOTEBOOK_INVALID for a start after a start or an end after an end, with cell and line
 */
export function markedRegions(
  all: readonly CellMarker[],
  cells: readonly { readonly number: number; readonly analysed: AnalysedSource }[],
  functionNames: readonly string[],
  path: string,
): ReadonlyMap<number, readonly TextRange[]> | undefined {
  const markers = all.filter(
    ({ kind, name }) => kind !== 'ignore' && (name === undefined || functionNames.includes(name)),
  );
  if (markers.length === 0) return undefined;
  const regions = new Map<number, TextRange[]>();
  let open = markers[0]?.kind === 'end-code';
  let previous: CellMarker | undefined;
  for (const cell of cells) {
    let from = open ? 0 : undefined;
    for (const marker of markers.filter((each) => each.cell === cell.number)) {
      if (previous?.kind === marker.kind) throw unbalanced(marker, previous, path);
      if (marker.kind === 'end-code') addRange(regions, cell.number, from ?? 0, marker.start);
      from = marker.kind === 'start-code' ? marker.end : undefined;
      previous = marker;
    }
    open = from !== undefined;
    if (from !== undefined) addRange(regions, cell.number, from, cell.analysed.text.length);
  }
  return regions;
}

function addRange(regions: Map<number, TextRange[]>, cell: number, start: number, end: number): void {
  regions.set(cell, [...(regions.get(cell) ?? []), { start, end }]);
}

function unbalanced(marker: CellMarker, previous: CellMarker, path: string): Error {
  return notebookInvalid(
    `"${marker.kind}" in cell ${marker.cell}, line ${marker.line} of "${path}" follows another "${marker.kind}" in cell ${previous.cell}, line ${previous.line}`,
    {
      hint: 'write start-code and end-code in turn, or remove both',
      location: { notebook: path, cell: marker.cell, line: marker.line },
    },
  );
}
