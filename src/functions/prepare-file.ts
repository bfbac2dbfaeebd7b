import { readFileSync } from 'node:fs';
import path from 'node:path';
import { analyseSource } from '../notebooks/analyse-source.ts';
import { blankRanges } from '../notebooks/blank-text.ts';
import { closeOver } from '../notebooks/closure/close-over.ts';
import { cellStartsRun, sourceInvalid } from '../notebooks/errors.ts';
import { type Candidate, candidatesOf, missingHandler } from '../notebooks/find-handler.ts';
import { createNameIndex, type NameIndex } from '../notebooks/resolve-name.ts';
import { startsRun } from '../notebooks/starts-run.ts';
import type { AnalysedSource, Statement } from '../notebooks/statement.ts';
import { displayPath } from './display-path.ts';
import { handlerInvalid } from './errors.ts';
import { findFunction } from './find-function.ts';
import type { HandlerSpec, PackageReport } from './function-spec.ts';
import { handlerSpec } from './handler-spec.ts';
import { relativeSource } from './prepare-notebook.ts';
import type { PreparedSource, PrepareRequest } from './prepared-source.ts';
import { createFileScope, createSourceReader, isFoundName, type SourceScope } from './source-scope.ts';

/**
 * Reads the handlers of a TypeScript or JavaScript file. The file stays a module as it is, but for statements that package
 * or run functions themselves (`const fn = await codeToFunction(train)` and what uses it): a script can hold both.
 */
export function prepareFile(request: PrepareRequest): PreparedSource {
  const { file, root } = request;
  const analysed = analyse(request);
  const reader = createSourceReader();
  const scope = createFileScope(file, analysed.file, reader);
  const candidates = analysed.statements.flatMap((each) => candidatesOf(each, `line ${each.line}`));
  const names = request.handlers ?? defaultHandlers(candidates, displayPath(file, root));
  const origins = names.map((name) => originOf(name, analysed, scope, candidates, displayPath(file, root)));
  const drivers = driversOf(request, analysed, origins);
  const contents = bundledText(analysed, drivers, origins);
  const loader = /js$/.test(file) ? 'js' : 'ts';
  return {
    entry: { contents: renderEntry(origins, file), loader: 'ts' },
    inputs: {
      notebookModules: new Map(),
      moduleCells: new Map(),
      directory: path.dirname(file),
      replacedFiles: contents === analysed.text ? new Map() : new Map([[file, { contents, loader }]]),
      external: request.external,
    },
    handlers: names.map((name) => readContract(name, origins, scope, request)),
    originals: new Map([[`source:${displayPath(file, root)}`, analysed.text]]),
    included: [{ file: displayPath(file, root), statements: analysed.statements.length - drivers.length }],
    dropped: drivers.map((statement) => renderDropped(statement, analysed)),
    warnings: [],
    files: [file, ...reader.files],
  };
}

/** Where a handler's name comes from: this file, or a module that it imports. */
interface Origin {
  readonly name: string;
  readonly local: string;
  readonly specifier?: string;
  readonly imported?: string;
}

function analyse({ file, root }: PrepareRequest): AnalysedSource {
  const shown = displayPath(file, root);
  const text = readFileSync(file, 'utf8');
  const analysed = analyseSource(file, text);
  const { problem } = analysed;
  if (!problem) return analysed;
  throw sourceInvalid(
    `"${shown}" does not parse: ${problem.message}, at line ${problem.line}, column ${problem.column}`,
    {
      hint: 'correct the file and save it',
      location: {
        file: shown,
        line: problem.line,
        column: problem.column,
        sourceLine: text.split(/\r?\n/)[problem.line - 1] ?? '',
      },
    },
  );
}

function originOf(
  name: string,
  analysed: AnalysedSource,
  scope: SourceScope,
  candidates: readonly Candidate[],
  shown: string,
): Origin {
  const imports = analysed.statements.flatMap((statement) => statement.imports);
  const imported =
    imports.find((each) => each.local === name) ?? imports.find((each) => each.imported === name);
  const found = scope.find(name);
  if (isFoundName(found) && found.scope === scope) return { name, local: name };
  if (imported)
    return { name, local: imported.local, specifier: imported.specifier, imported: imported.imported };
  if (found === undefined) throw missingHandler(name, shown, candidates);
  // re-exported by the file itself: `export { train } from './train.ts'`
  return { name, local: name };
}

function driversOf(
  request: PrepareRequest,
  analysed: AnalysedSource,
  origins: readonly Origin[],
): Statement[] {
  const source = { number: 0, id: 'file', original: analysed.text, analysed, forced: false };
  const index = createNameIndex([source]);
  const isFunction = (each: Statement): boolean => candidatesOf(each, '').length > 0;
  const drivers = analysed.statements.filter(
    (each) =>
      (each.kind === 'effect' || each.kind === 'declaration') &&
      !isFunction(each) &&
      startsRun(index, 0, each) !== undefined,
  );
  refuseNeededDrivers(request, index, drivers, origins, source);
  return drivers;
}

function refuseNeededDrivers(
  { file, root }: PrepareRequest,
  index: NameIndex,
  drivers: readonly Statement[],
  origins: readonly Origin[],
  source: Parameters<typeof closeOver>[0][number],
): void {
  const seeds = origins.flatMap(({ local }) => index.own(0, local) ?? []);
  const { needed, passedOver } = closeOver([source], index, seeds);
  const results = new Set(
    passedOver.filter(({ change }) => change.through === undefined).map(({ statement }) => statement),
  );
  const driver = drivers.find((each) => needed.get(0)?.has(each) || results.has(each));
  if (!driver) return;
  const shown = displayPath(file, root);
  throw cellStartsRun(
    `"${driver.declares.join(', ')}" in line ${driver.line} of "${shown}" calls "${startsRun(index, 0, driver)}"; packaging it would start packaging again when it is loaded`,
    {
      hint: 'a handler cannot use a packaged function; call the plain function instead, or make both steps of a pipeline',
      location: { file: shown, line: driver.line },
    },
  );
}

function bundledText(
  analysed: AnalysedSource,
  drivers: readonly Statement[],
  origins: readonly Origin[],
): string {
  let text = blankRanges(analysed.text, drivers);
  for (const { start } of drivers) text = `${text.slice(0, start)};${text.slice(start + 1)}`;
  const exported = new Set(analysed.statements.flatMap((statement) => statement.exports));
  const own = origins.filter((origin) => origin.specifier === undefined).map((origin) => origin.local);
  const missing = own.filter(
    (name) => !exported.has(name) && isDeclared(analysed, name) && !isReExported(analysed, name),
  );
  return missing.length > 0 ? `${text}\n;export { ${missing.join(', ')} };\n` : text;
}

const isDeclared = (analysed: AnalysedSource, name: string): boolean =>
  analysed.statements.some((statement) => statement.declares.includes(name));

function isReExported(analysed: AnalysedSource, name: string): boolean {
  return analysed.statements.some(
    (each) =>
      each.kind === 'export' &&
      new RegExp(`[{,\\s]${name.replace(/\$/g, '\\$')}\\s*[,}]`).test(each.node.getText()),
  );
}

function renderEntry(origins: readonly Origin[], file: string): string {
  const lines = origins.map(({ name, specifier, imported = name }) => {
    const from = JSON.stringify(specifier ?? file);
    return imported === '*'
      ? `export * as ${name} from ${from};`
      : `export { ${imported} as ${name} } from ${from};`;
  });
  return `${lines.join('\n')}\n`;
}

function readContract(
  name: string,
  origins: readonly Origin[],
  scope: SourceScope,
  request: PrepareRequest,
): HandlerSpec {
  const local = origins.find((origin) => origin.name === name)?.local ?? name;
  const found = findFunction(local, scope);
  if (found) return relativeSource(handlerSpec(name, found, request.returns), request.root);
  const shown = displayPath(request.file, request.root);
  if (isFoundName(scope.find(local)))
    throw handlerInvalid(`"${name}" in "${shown}" is not a function`, {
      hint: 'a handler is a function (ctx, args) => results',
    });
  return { name, parameters: [], results: [], acceptsUnknown: true, source: { file: shown, line: 1 } };
}

function defaultHandlers(candidates: readonly Candidate[], shown: string): string[] {
  const callable = candidates.filter((candidate) => !candidate.isGenerator);
  const exported = callable.filter((candidate) => candidate.exported);
  const choices = [
    exported.filter((candidate) => candidate.takesContext),
    exported,
    callable.filter((candidate) => candidate.takesContext),
  ];
  const chosen = choices.find((choice) => choice.length > 0);
  if (!chosen)
    throw missingHandler(undefined, shown, candidates, ['export a function (ctx, args) => results']);
  return [...new Set(chosen.map((candidate) => candidate.name))];
}

function renderDropped(statement: Statement, analysed: AnalysedSource): PackageReport['dropped'][number] {
  const [text = ''] = analysed.text.slice(statement.start, statement.end).split('\n');
  return { line: statement.line, text: text.slice(0, 80), reason: 'packages or runs functions itself' };
}
