import { readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import path from 'node:path';
import type ts from 'typescript-ast';
import { parseSource, typescript } from '../../typescript.ts';
import { type CheckedCell, type NotebookProblem, placeAt } from './checked-cell.ts';

/** More files than that are not looked through. */
const mostFiles = 300;

/**
 * Packages that tslab cannot load, because it turns every import into `require`: those that export themselves to `import`
 * only, and modules with `await` at the top, their own or that of something they import.
 * @param directory the notebook's folder
 */
export function moduleProblems(cells: readonly CheckedCell[], directory: string): readonly NotebookProblem[] {
  const known = new Map<string, string | undefined>();
  return cells.flatMap((cell) =>
    cell.analysed.statements.flatMap((statement): NotebookProblem[] => {
      const specifier = statement.imports.find((each) => !each.typeOnly)?.specifier;
      if (specifier === undefined || isBuiltin(specifier) || ['slipway', 'tslab'].includes(specifier))
        return [];
      if (!known.has(specifier)) known.set(specifier, obstacle(specifier, directory));
      const reason = known.get(specifier);
      if (reason === undefined) return [];
      const message = `tslab cannot load "${specifier}": ${reason}`;
      return [{ severity: 'error', rule: 'kernel', message, ...placeAt(cell, statement.start) }];
    }),
  );
}

function obstacle(specifier: string, directory: string): string | undefined {
  const found = resolve(specifier, path.join(directory, 'notebook.js'));
  if (found === undefined) return undefined;
  if ('reason' in found) return found.reason;
  const waiting = findTopLevelAwait(found.file);
  if (waiting === undefined) return undefined;
  const where = waiting === found.file ? 'it' : `"${path.basename(waiting)}", which it imports,`;
  return `${where} awaits at the top of its module, and tslab requires what it imports`;
}

function resolve(
  specifier: string,
  from: string,
): { readonly file: string } | { readonly reason: string } | undefined {
  try {
    return { file: createRequire(from).resolve(specifier) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') return undefined;
    return { reason: 'the package exports that to "import" only, and tslab requires what it imports' };
  }
}

/** The first ES module with `await` at its top, among a module and what it imports. */
function findTopLevelAwait(start: string): string | undefined {
  const seen = new Set([start]);
  for (const file of seen) {
    if (seen.size > mostFiles) return undefined;
    if (!isModule(file)) continue;
    const text = readFileSync(file, 'utf8');
    if (/\bawait\b/.test(text) && awaitsAtTop(parseSource(file, text))) return file;
    for (const { fileName } of typescript().preProcessFile(text, true, true).importedFiles) {
      const found = isBuiltin(fileName) ? undefined : resolve(fileName, file);
      if (found && 'file' in found) seen.add(found.file);
    }
  }
  return undefined;
}

function isModule(file: string): boolean {
  if (!/\.m?js$/.test(file)) return false;
  if (file.endsWith('.mjs')) return true;
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    try {
      const text = readFileSync(path.join(folder, 'package.json'), 'utf8');
      return (JSON.parse(text) as { type?: unknown }).type === 'module';
    } catch {
      // no manifest here: the next one above decides
      if (path.dirname(folder) === folder) return false;
    }
  }
}

function awaitsAtTop(source: ts.SourceFile): boolean {
  const api = typescript();
  const visit = (node: ts.Node): boolean => {
    if (api.isFunctionLike(node)) return false;
    if (api.isAwaitExpression(node) || (api.isForOfStatement(node) && node.awaitModifier)) return true;
    return api.forEachChild(node, (child) => visit(child) || undefined) ?? false;
  };
  return visit(source);
}
