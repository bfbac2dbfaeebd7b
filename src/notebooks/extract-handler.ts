import { checkClosure } from './check-closure.ts';
import { closeOver } from './close-over.ts';
import { closureWarnings } from './closure-warnings.ts';
import { type CellModule, emitCells } from './emit-cells.ts';
import { type Candidate, candidatesOf, missingHandler } from './find-handler.ts';
import type { Notebook } from './notebook.ts';
import { type CellSource, readCells } from './read-cells.ts';
import { createNameIndex, type Definition } from './resolve-name.ts';

export interface ExtractOptions {
  /** Names of the handlers; by default those marked for export, else all functions that take a Context. */
  readonly handlers?: readonly string[];
  /** Name of the function: decides which named start-code markers count. @default the first handler's name */
  readonly name?: string;
  /** Path of the notebook as bundle and messages name it. @default the notebook's own path */
  readonly displayPath?: string;
}

/** A notebook's handlers with everything they need, as modules to bundle. */
export interface ExtractedHandlers {
  /** Source of the entry module: imports every needed cell in order and exports the handlers. */
  readonly entry: string;
  readonly modules: readonly CellModule[];
  /** In-memory modules (`@module name` cells) by name. */
  readonly virtualModules: Readonly<Record<string, CellModule>>;
  readonly handlers: readonly { readonly name: string; readonly definition: Definition }[];
  readonly cells: readonly CellSource[];
  readonly included: readonly { readonly cell: number; readonly statements: number }[];
  readonly dropped: readonly DroppedStatement[];
  readonly warnings: readonly string[];
}

export interface DroppedStatement {
  readonly cell: number;
  readonly line: number;
  readonly text: string;
  readonly reason: string;
}

/**
 * Takes handlers out of a notebook: the statements reachable from them, cell by cell. Other cells, and top-level
 * statements that only have effects, stay behind and are reported.
 * @throws HANDLER_NOT_FOUND, SOURCE_INVALID (a needed cell does not parse), CELL_STATE_SHARED, CELL_STARTS_RUN, NOTEBOOK_INVALID
 */
export function extractHandlers(notebook: Notebook, options: ExtractOptions = {}): ExtractedHandlers {
  const path = options.displayPath ?? notebook.path;
  const { cells, warnings } = readCells({ ...notebook, path }, options.name ?? options.handlers?.[0]);
  const index = createNameIndex(cells);
  const candidates = cells.flatMap(cellCandidates);
  const names = options.handlers ?? defaultHandlers(candidates, path);
  const handlers = names.map((name) => {
    const definition = index.resolve(-1, { name, eager: false });
    if (definition === undefined) throw missingHandler(name, path, candidates, brokenCells(cells));
    return { name, definition };
  });
  const closure = closeOver(
    cells,
    index,
    handlers.map((handler) => handler.definition),
  );
  checkClosure({ path, cells, index, closure });
  const wanted = new Map<number, Set<string>>();
  for (const { name, definition } of handlers)
    wanted.set(definition.cell, (wanted.get(definition.cell) ?? new Set()).add(name));
  const moduleId = (cell: CellSource): string => `${path}#cell-${cell.number}`;
  const modules = emitCells({ cells, closure, wanted, moduleId });
  return {
    entry: renderEntry(modules, cells, handlers, moduleId),
    modules,
    virtualModules: virtualModules(cells, moduleId),
    handlers,
    cells,
    included: [...closure.needed]
      .map(([position, statements]) => ({ cell: cells[position]?.number ?? 0, statements: statements.size }))
      .sort((a, b) => a.cell - b.cell),
    dropped: droppedStatements(cells, closure.needed),
    warnings: [...warnings, ...closureWarnings({ cells, index, closure, handlers })],
  };
}

function renderEntry(
  modules: readonly CellModule[],
  cells: readonly CellSource[],
  handlers: ExtractedHandlers['handlers'],
  moduleId: (cell: CellSource) => string,
): string {
  const imports = modules.map((module) => `import ${JSON.stringify(`notebook:${module.id}`)};`);
  const exports = handlers.flatMap(({ name, definition }) => {
    const cell = cells[definition.cell];
    return cell ? [`export { ${name} } from ${JSON.stringify(`notebook:${moduleId(cell)}`)};`] : [];
  });
  return `${[...imports, ...exports].join('\n')}\n`;
}

function virtualModules(
  cells: readonly CellSource[],
  moduleId: (cell: CellSource) => string,
): Record<string, CellModule> {
  return Object.fromEntries(
    cells.flatMap((cell) => {
      const { moduleName, number, original, analysed } = cell;
      if (moduleName === undefined || cell.excluded !== undefined) return [];
      return [[moduleName, { id: moduleId(cell), cell: number, contents: analysed.text, original }]];
    }),
  );
}

function cellCandidates(cell: CellSource): (Candidate & { readonly forced: boolean })[] {
  if (cell.excluded !== undefined || cell.moduleName !== undefined) return [];
  return cell.analysed.statements.flatMap((statement) =>
    candidatesOf(statement, `cell ${cell.number}`).map((candidate) => ({
      ...candidate,
      forced: cell.forced,
    })),
  );
}

function defaultHandlers(
  candidates: readonly (Candidate & { readonly forced: boolean })[],
  path: string,
): readonly string[] {
  const withContext = candidates.filter((candidate) => candidate.takesContext && !candidate.isGenerator);
  const exported = withContext.filter((candidate) => candidate.exported || candidate.forced);
  const chosen = exported.length > 0 ? exported : withContext;
  if (chosen.length === 0)
    throw missingHandler(undefined, path, candidates, ['name one with the handler option']);
  return [...new Set(chosen.map((candidate) => candidate.name))];
}

function brokenCells(cells: readonly CellSource[]): string[] {
  return cells.flatMap((cell) =>
    cell.analysed.problem ? [`cell ${cell.number} does not parse (${cell.analysed.problem.message})`] : [],
  );
}

function droppedStatements(
  cells: readonly CellSource[],
  needed: ReadonlyMap<number, ReadonlySet<unknown>>,
): DroppedStatement[] {
  return cells.flatMap((cell, position) =>
    cell.excluded !== undefined || cell.moduleName !== undefined
      ? []
      : cell.analysed.statements
          .filter((statement) => !needed.get(position)?.has(statement))
          .filter((each) => each.kind === 'effect' || (each.kind === 'import' && each.imports.length === 0))
          .map((statement) => ({
            cell: cell.number,
            line: statement.line,
            text: firstLine(cell.analysed.text.slice(statement.start, statement.end)),
            reason:
              statement.kind === 'import'
                ? 'import for its side effects only'
                : 'runs at top level; not needed by the handler',
          })),
  );
}

function firstLine(text: string): string {
  const [line = ''] = text.split('\n');
  return line.length > 80 || line.length < text.length ? `${line.slice(0, 79)}…` : line;
}
