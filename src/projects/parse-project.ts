import path from 'node:path';
import { type Document, isMap, isSeq, LineCounter, parseDocument } from 'yaml';
import { nearestName } from '../core/nearest-name.ts';
import { checkShape, type ShapeProblem } from './check-shape.ts';
import { projectInvalid } from './errors.ts';
import { projectShape } from './project-shape.ts';
import type { ProjectSpec } from './project-spec.ts';

/**
 * Reads project.yaml. `file` is its path, for errors only. Throws `PROJECT_INVALID` listing every problem with line,
 * column and, for a mistyped key, the nearest one that exists.
 */
export function parseProject(text: string, file: string): ProjectSpec {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problems = findProblems(document);
  if (problems.length > 0) throw invalidProject(text, file, problems, lines);
  return withoutEmpty(document.toJS() as Record<string, unknown>) as unknown as ProjectSpec;
}

function findProblems(document: Document.Parsed): readonly ShapeProblem[] {
  const broken = document.errors.map((error) => ({
    offset: error.pos[0],
    path: '',
    message: `this is no YAML: ${error.message.replace(/\.$/, '')}`,
  }));
  if (broken.length > 0) return broken;
  const { contents } = document;
  if (contents === null)
    return [{ offset: 0, path: '', message: 'the file is empty', hint: 'begin with name: …' }];
  return [...checkShape(contents, projectShape), ...checkSchedules(contents)].sort(
    (a, b) => a.offset - b.offset,
  );
}

/** A schedule names a pipeline of the project. */
function checkSchedules(contents: unknown): readonly ShapeProblem[] {
  if (!isMap(contents)) return [];
  const entries = (key: string): readonly unknown[] => {
    const list = contents.get(key);
    return isSeq(list) ? list.items : [];
  };
  const text = (item: unknown, key: string): unknown => (isMap(item) ? item.get(key) : undefined);
  const names = entries('pipelines')
    .map((item) => text(item, 'name'))
    .filter((name) => typeof name === 'string');
  return entries('schedules').flatMap((item, i) => {
    const wanted = text(item, 'pipeline');
    if (typeof wanted !== 'string' || names.includes(wanted) || !isMap(item)) return [];
    const near = nearestName(wanted, names);
    const offset = item.range?.[0] ?? 0;
    const hint =
      near === undefined ? `the project has: ${names.join(', ') || 'none'}` : `did you mean "${near}"?`;
    return [
      {
        offset,
        path: `schedules[${i}].pipeline`,
        message: `pipeline "${wanted}" does not exist in the project`,
        hint,
      },
    ];
  });
}

function invalidProject(
  text: string,
  file: string,
  problems: readonly ShapeProblem[],
  lines: LineCounter,
): Error {
  const name = path.basename(file);
  const placed = problems.map((one) => {
    const { line, col } = lines.linePos(one.offset);
    return { ...one, line: Math.max(1, line), column: Math.max(1, col) };
  });
  const shown = placed.map(
    ({ line, column, message, hint }) =>
      `${name}:${line}:${column}: ${message}${hint === undefined ? '' : ` (${hint})`}`,
  );
  const [first] = placed;
  const sourceLine = first === undefined ? undefined : text.split(/\r?\n/)[first.line - 1];
  return projectInvalid(
    shown.length === 1 ? (shown[0] ?? '') : `"${name}" has ${shown.length} problems\n  ${shown.join('\n  ')}`,
    {
      hint: 'correct it there; `slipway init` in an empty folder writes one to compare with',
      details: { file, problems: placed.map(({ offset: _offset, ...rest }) => rest) },
      ...(first === undefined
        ? {}
        : {
            location: {
              file,
              line: first.line,
              column: first.column,
              ...(sourceLine === undefined ? {} : { sourceLine }),
            },
          }),
    },
  );
}

function withoutEmpty(spec: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== null));
}
