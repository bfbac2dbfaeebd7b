import path from 'node:path';
import { type Document, LineCounter, parseDocument } from 'yaml';
import { checkShape, type ShapeProblem } from './check-shape.ts';
import { projectInvalid } from './errors.ts';
import { checkNotifications } from './notifications/check-notifications.ts';
import { projectShape } from './project-shape.ts';
import type { ProjectSpec } from './project-spec.ts';
import { checkSchedules } from './schedules/check-schedules.ts';
import type { ReadCron } from './schedules/cron-times.ts';

/**
 * Reads project.yaml. `file` is its path, for errors only. Throws `PROJECT_INVALID` listing every problem with line,
 * column and, for a mistyped key, the nearest one that exists. With `readCron` the times of schedules are read too.
 */
export function parseProject(text: string, file: string, readCron?: ReadCron): ProjectSpec {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problems = findProblems(document, readCron);
  if (problems.length > 0) throw invalidProject(text, file, problems, lines);
  return withoutEmpty(document.toJS() as Record<string, unknown>) as unknown as ProjectSpec;
}

function findProblems(document: Document.Parsed, readCron: ReadCron | undefined): readonly ShapeProblem[] {
  const broken = document.errors.map((error) => ({
    offset: error.pos[0],
    path: '',
    message: `this is no YAML: ${error.message.replace(/\.$/, '')}`,
  }));
  if (broken.length > 0) return broken;
  const { contents } = document;
  if (contents === null)
    return [{ offset: 0, path: '', message: 'the file is empty', hint: 'begin with name: …' }];
  const wrong = [...checkShape(contents, projectShape), ...checkSchedules(contents, readCron)];
  // only what has the right form can be looked into
  const inside = wrong.some(({ path }) => path.startsWith('notifications'))
    ? []
    : checkNotifications(contents);
  return [...wrong, ...inside].sort((a, b) => a.offset - b.offset);
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
