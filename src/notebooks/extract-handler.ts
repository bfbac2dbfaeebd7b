import { checkClosure } from './closure/check-closure.ts';
import { closeOver } from './closure/close-over.ts';
import { closureWarnings } from './closure/closure-warnings.ts';
import { type DroppedStatement, includedCells, leftOut } from './closure/left-out.ts';
import { type CellModule, emitCells } from './emit/emit-cells.ts';
import { type Candidate, candidatesOf, missingHandler } from './find-handler.ts';
import { otherLanguage, remarks } from './missing-remarks.ts';
import type { Notebook } from './notebook.ts';
import { type CellSource, isForced, readCells } from './read-cells.ts';
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

/**
 * Takes handlers out of a notebook: the statements reachable from them, cell by cell. Other cells, and top-level
 * statements that only have effects, stay behind and are reported.
 * @throws HANDLER_NOT_FOUND, SOURCE_INVALID (a needed cell does not parse), CELL_STATE_SHARED, CELL_STARTS_RUN, NOTEBOOK_INVALID,
 * NOTEBOOK_LANGUAGE_UNSUPPORTED
 */
export function extractHandlers(notebook: Notebook, options: ExtractOptions = {}): ExtractedHandlers {
  const path = options.displayPath ?? notebook.path;
  const { cells, warnings } = readCells({ ...notebook, path }, functionNames(options));
  const index = createNameIndex(cells);
  const candidates = cells.flatMap(cellCandidates);
  const missing = (name: string | undefined): Error =>
    otherLanguage(notebook, path) ?? missingHandler(name, path, candidates, remarks(cells, name));
  const names = options.handlers ?? defaultHandlers(candidates);
  if (names.length === 0) throw missing(undefined);
  const handlers = names.map((name) => {
    const definition = index.resolve(-1, { name, eager: false });
    if (definition === undefined) throw missing(name);
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
    included: includedCells(cells, closure.needed),
    dropped: leftOut(cells, closure.needed),
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

type MarkedCandidate = Candidate & { readonly forced: boolean };

function cellCandidates(cell: CellSource): MarkedCandidate[] {
  if (cell.excluded !== undefined || cell.moduleName !== undefined) return [];
  return cell.analysed.statements.flatMap((statement) =>
    candidatesOf(statement, `cell ${cell.number}`).map((candidate) => ({
      ...candidate,
      forced: isForced(cell, statement),
    })),
  );
}

function defaultHandlers(candidates: readonly MarkedCandidate[]): readonly string[] {
  const withContext = candidates.filter((candidate) => candidate.takesContext && !candidate.isGenerator);
  const exported = withContext.filter((candidate) => candidate.exported || candidate.forced);
  const chosen = exported.length > 0 ? exported : withContext;
  return [...new Set(chosen.map((candidate) => candidate.name))];
}

/** Names that start-code markers may have to count. */
function functionNames({ name, handlers = [] }: ExtractOptions): readonly string[] {
  return name === undefined ? handlers : [name, ...handlers];
}
