import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type ts from 'typescript-ast';
import type { CellSource } from '../notebooks/read-cells.ts';
import { parseSource, typescript } from '../notebooks/typescript.ts';
import { type Declarations, declarationsOf } from './source-declarations.ts';

/** A name found: its declarations and where they stand. */
export interface FoundName {
  readonly nodes: readonly ts.Node[];
  readonly scope: SourceScope;
}

/** A name that comes from a package. */
export interface PackageName {
  readonly specifier: string;
  readonly imported: string;
}

/** Where the names of a signature are looked up: a file, or a notebook cell among the others. Imports are followed. */
export interface SourceScope {
  readonly place: { readonly cell?: number; readonly file: string };
  find(name: string): FoundName | PackageName | undefined;
}

/** Files that were read to follow imports; types come from files that the bundle itself may not need. */
export interface SourceReader {
  readonly files: Set<string>;
  scopeOf(file: string): SourceScope | undefined;
}

export function isFoundName(found: FoundName | PackageName | undefined): found is FoundName {
  return found !== undefined && 'nodes' in found;
}

export function createSourceReader(): SourceReader {
  const files = new Set<string>();
  const scopes = new Map<string, SourceScope>();
  const reader: SourceReader = {
    files,
    scopeOf(file) {
      const known = scopes.get(file);
      if (known) return known;
      if (!existsSync(file)) return undefined;
      files.add(file);
      const scope = createFileScope(file, parseSource(file, readFileSync(file, 'utf8')), reader);
      scopes.set(file, scope);
      return scope;
    },
  };
  return reader;
}

export function createFileScope(file: string, source: ts.SourceFile, reader: SourceReader): SourceScope {
  const declarations = declarationsOf(source);
  const scope: SourceScope = {
    place: { file },
    find: (name) => findIn(name, declarations, scope, path.dirname(file), reader),
  };
  return scope;
}

/** Cells see themselves first, then the last declaration before them, then any later one. */
export function createCellScope(
  cells: readonly CellSource[],
  position: number,
  notebook: string,
  reader: SourceReader,
): SourceScope {
  const usable = cells.flatMap((cell, at) =>
    cell.excluded === undefined && cell.moduleName === undefined
      ? [{ cell, at, declarations: declarationsOf(cell.analysed.file) }]
      : [],
  );
  const scopeAt = (at: number): SourceScope => ({
    place: { file: notebook, cell: cells[at]?.number ?? 0 },
    find(name) {
      const order = [
        ...usable.filter((each) => each.at === at),
        ...usable.filter((each) => each.at < at).reverse(),
        ...usable.filter((each) => each.at > at).reverse(),
      ];
      const owner = order.find(
        ({ declarations }) => declarations.names.has(name) || declarations.imports.has(name),
      );
      return owner && findIn(name, owner.declarations, scopeAt(owner.at), path.dirname(notebook), reader);
    },
  });
  return scopeAt(position);
}

function findIn(
  name: string,
  declarations: Declarations,
  scope: SourceScope,
  directory: string,
  reader: SourceReader,
): FoundName | PackageName | undefined {
  const nodes = declarations.names.get(name);
  if (nodes) return { nodes, scope };
  const imported = declarations.imports.get(name);
  if (imported) return follow(imported, directory, reader);
  for (const specifier of declarations.starExports) {
    const found = follow({ specifier, imported: name }, directory, reader);
    if (isFoundName(found)) return found;
  }
  return undefined;
}

function follow(
  imported: PackageName,
  directory: string,
  reader: SourceReader,
): FoundName | PackageName | undefined {
  if (!/^\.{1,2}\//.test(imported.specifier)) return imported;
  const file = resolveRelative(imported.specifier, directory);
  return file === undefined ? undefined : reader.scopeOf(file)?.find(imported.imported);
}

/** The source file that a relative import means, as kernel and bundler read it: `./lib`, `./lib.js` and `./lib.ts` alike. */
export function resolveRelative(specifier: string, directory: string): string | undefined {
  const base = path.resolve(directory, specifier);
  const stem = base.replace(/\.([cm]?)js$/, '.$1ts');
  const endings = ['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.d.ts', '/index.ts', '/index.js'];
  const candidates = [base, stem, ...endings.map((ending) => base + ending)];
  return candidates.find(
    (file) => statSync(file, { throwIfNoEntry: false })?.isFile() && !file.endsWith('.json'),
  );
}

/** Text of a node, one line, without comments, quotes made single. */
export function nodeText(node: ts.Node): string {
  const api = typescript();
  const printed = api
    .createPrinter({ removeComments: true })
    .printNode(api.EmitHint.Unspecified, node, node.getSourceFile());
  return printed.replace(/\s+/g, ' ').replace(/"([^"'\\]*)"/g, "'$1'");
}
