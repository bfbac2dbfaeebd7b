import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { CellModule } from '../notebooks/emit/emit-cells.ts';
import { type ExtractedHandlers, extractHandlers } from '../notebooks/extract-handler.ts';
import { parseNotebook } from '../notebooks/parse-notebook.ts';
import type { SourceModule } from './bundle-plugin.ts';
import { displayPath } from './display-path.ts';
import { handlerInvalid } from './errors.ts';
import { findFunction } from './find-function.ts';
import type { HandlerSpec } from './function-spec.ts';
import { handlerSpec } from './handler-spec.ts';
import type { PreparedSource, PrepareRequest } from './prepared-source.ts';
import { createCellScope, createSourceReader, isFoundName, type SourceReader } from './source-scope.ts';

/** Takes handlers out of a notebook and reads their contracts. */
export function prepareNotebook(request: PrepareRequest): PreparedSource {
  const { file, root } = request;
  const shown = displayPath(file, root);
  const notebook = parseNotebook(readFileSync(file, 'utf8'), shown);
  const extracted = extractHandlers(notebook, {
    displayPath: shown,
    ...(request.handlers ? { handlers: request.handlers } : {}),
    ...(request.name === undefined ? {} : { name: request.name }),
  });
  const reader = createSourceReader();
  const modules = [...extracted.modules, ...Object.values(extracted.virtualModules)];
  return {
    entry: { contents: extracted.entry, loader: 'ts' },
    inputs: {
      notebookModules: new Map(modules.map((module) => [module.id, sourceModule(module)])),
      moduleCells: new Map(
        Object.entries(extracted.virtualModules).map(([name, module]) => [name, module.id]),
      ),
      directory: path.dirname(file),
      replacedFiles: new Map(),
      external: request.external,
    },
    handlers: extracted.handlers.map(({ name }) => readContract(name, request, extracted, reader)),
    originals: new Map(modules.map((module) => [`notebook:${module.id}`, module.original])),
    included: extracted.included.map((each) => ({ ...each, ...firstLine(each.cell, extracted) })),
    dropped: extracted.dropped,
    warnings: extracted.warnings,
    files: [...reader.files],
  };
}

/** By which people know a cell again. */
function firstLine(number: number, { cells }: ExtractedHandlers): { readonly firstLine?: string } {
  const text = cells.find((cell) => cell.number === number)?.original ?? '';
  const line = text.split('\n').find((each) => each.trim() !== '');
  return line === undefined ? {} : { firstLine: line.trim().slice(0, 120) };
}

const sourceModule = ({ contents }: CellModule): SourceModule => ({ contents, loader: 'ts' });

function readContract(
  name: string,
  { file, root, returns }: PrepareRequest,
  { handlers, cells }: ExtractedHandlers,
  reader: SourceReader,
): HandlerSpec {
  const position = handlers.find((handler) => handler.name === name)?.definition.cell ?? 0;
  const scope = createCellScope(cells, position, file, reader);
  const found = findFunction(name, scope);
  if (found) return relativeSource(handlerSpec(name, found, returns), root);
  const cell = cells[position]?.number ?? 0;
  if (isFoundName(scope.find(name)))
    throw handlerInvalid(`"${name}" in cell ${cell} of "${displayPath(file, root)}" is not a function`, {
      hint: 'a handler is a function (ctx, args) => results',
    });
  return {
    name,
    parameters: [],
    results: [],
    acceptsUnknown: true,
    source: { notebook: displayPath(file, root), cell, line: 1 },
  };
}

/** Paths in a contract are relative to the root, so that they mean the same on every machine. */
export function relativeSource(handler: HandlerSpec, root: string): HandlerSpec {
  const { source } = handler;
  if (!source) return handler;
  const { notebook, file } = source;
  return {
    ...handler,
    source: {
      ...source,
      ...(notebook === undefined ? {} : { notebook: displayPath(notebook, root) }),
      ...(file === undefined ? {} : { file: displayPath(file, root) }),
    },
  };
}
