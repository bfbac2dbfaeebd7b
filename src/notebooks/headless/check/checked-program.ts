import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type ts from 'typescript-ast';
import { packageRoot } from '../../../core/package-root.ts';
import { createNameIndex, type NameIndex } from '../../resolve-name.ts';
import { typescript } from '../../typescript.ts';
import { findTslab } from '../find-tslab.ts';
import type { CheckedCell } from './checked-cell.ts';

/** All cells of a notebook as one program, each a module of its own. */
export interface CheckedProgram {
  readonly program: ts.Program;
  readonly checker: ts.TypeChecker;
  readonly cells: readonly CheckedCell[];
  /** The cell as the program sees it. */
  sourceOf(cell: CheckedCell): ts.SourceFile | undefined;
  /** The cell that a file of the program is. */
  cellOf(file: ts.SourceFile): CheckedCell | undefined;
}

/**
 * Puts all cells together, to be checked strictly, which the kernel does not do. Each imports what it uses of others: the
 * last declaration before it, as the kernel has it then; in functions the last one of all.
 * @param directory the notebook's folder, which imports are resolved from
 */
export function createCheckedProgram(cells: readonly CheckedCell[], directory: string): CheckedProgram {
  const sources = virtualSources(cells, directory);
  const options = compilerOptions(directory);
  const program = typescript().createProgram([...sources.keys()], options, virtualHost(options, sources));
  const files = new Map([...sources].map(([file, { cell }]) => [cell, program.getSourceFile(file)]));
  return {
    program,
    checker: program.getTypeChecker(),
    cells,
    sourceOf: (cell) => files.get(cell),
    cellOf: (file) => sources.get(path.resolve(file.fileName))?.cell,
  };
}

interface VirtualSource {
  readonly cell: CheckedCell;
  readonly text: string;
}

function virtualSources(
  cells: readonly CheckedCell[],
  directory: string,
): ReadonlyMap<string, VirtualSource> {
  const index = createNameIndex(cells);
  return new Map(
    cells.map((cell, position) => {
      const name = cell.moduleName ?? moduleName(cell);
      const file = path.join(directory, `${name}.ts`);
      const text = cell.moduleName === undefined ? withNeighbours(cells, position, index) : cell.original;
      return [file, { cell, text }];
    }),
  );
}

const moduleName = (cell: CheckedCell): string => `.slipway-cell-${cell.number}`;

/** Imports and exports come after the cell's text: they hoist, and its lines keep their numbers. */
function withNeighbours(cells: readonly CheckedCell[], position: number, index: NameIndex): string {
  const cell = cells[position] as CheckedCell;
  const own = declaredNames(cell);
  const imports = [...cell.identifiers.keys()].flatMap((name) => {
    const source = own.has(name) ? undefined : sourceOf(name, cells, position, index);
    return source ? [`import { ${name} } from './${moduleName(source)}';`] : [];
  });
  const exported = new Set([
    ...cell.analysed.statements.flatMap((statement) => statement.exports),
    ...cell.analysed.file.statements.flatMap(listedExports),
  ]);
  const names = [...own].filter((name) => !exported.has(name));
  return [cell.original, ';', ...imports, `export { ${names.join(', ')} };`].join('\n');
}

/** Names in `export { … }`. */
function listedExports(node: ts.Statement): string[] {
  const api = typescript();
  if (!api.isExportDeclaration(node) || !node.exportClause || !api.isNamedExports(node.exportClause))
    return [];
  return node.exportClause.elements.map((element) => element.name.text);
}

/** Names of values and types that a cell declares. */
export function declaredNames(cell: CheckedCell): ReadonlySet<string> {
  return new Set([...cell.types, ...cell.analysed.statements.flatMap((statement) => statement.declares)]);
}

function sourceOf(
  name: string,
  cells: readonly CheckedCell[],
  position: number,
  index: NameIndex,
): CheckedCell | undefined {
  const references = cells[position]?.analysed.statements
    .flatMap((statement) => statement.references)
    .filter((reference) => reference.name === name);
  const eager = references?.some((reference) => reference.eager) ?? false;
  const value = references?.length ? index.resolve(position, { name, eager }) : undefined;
  if (value) return cells[value.cell];
  const declaring = cells.filter((cell) => cell.moduleName === undefined && declaredNames(cell).has(name));
  const number = cells[position]?.number ?? 0;
  return declaring.findLast((cell) => cell.number < number) ?? declaring.at(-1);
}

function compilerOptions(directory: string): ts.CompilerOptions {
  const api = typescript();
  const types = path.join(packageRoot(), 'dist', 'index.d.ts');
  const roots = [directory, packageRoot()].flatMap((from) => {
    try {
      const require = createRequire(path.join(from, 'notebook.js'));
      return [path.dirname(path.dirname(require.resolve('@types/node/package.json')))];
    } catch {
      // the other place may have them
      return [];
    }
  });
  const [typeRoot] = roots;
  return {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: api.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts'],
    module: api.ModuleKind.ESNext,
    moduleResolution: api.ModuleResolutionKind.Bundler,
    moduleDetection: api.ModuleDetectionKind.Force,
    esModuleInterop: true,
    resolveJsonModule: true,
    experimentalDecorators: true,
    jsx: api.JsxEmit.React,
    allowJs: true,
    allowImportingTsExtensions: true,
    ...(typeRoot === undefined ? { types: [] } : { typeRoots: [typeRoot], types: ['node'] }),
    paths: {
      // a notebook beside no installation still sees the types of the one that checks it
      ...(isInstalled('slipway', directory) || !existsSync(types) ? {} : { slipway: [types] }),
      ...kernelTypes(directory),
    },
  };
}

/** tslab can be imported in its cells wherever it is installed. */
function kernelTypes(directory: string): Readonly<Record<string, string[]>> {
  try {
    return { tslab: [path.join(findTslab(directory), 'dist', 'public.d.ts')] };
  } catch {
    // then the import is reported as one that cannot be resolved
    return {};
  }
}

function isInstalled(name: string, directory: string): boolean {
  const folder = path.join(directory, 'node_modules', name);
  const parent = path.dirname(directory);
  return existsSync(folder) || (parent !== directory && isInstalled(name, parent));
}

/** Parsed declarations of packages and of the language: the same for every notebook that one process checks. */
const installed = new Map<string, ts.SourceFile>();

function virtualHost(
  options: ts.CompilerOptions,
  sources: ReadonlyMap<string, VirtualSource>,
): ts.CompilerHost {
  const api = typescript();
  const host = api.createCompilerHost(options, true);
  return {
    ...host,
    fileExists: (file) => sources.has(path.resolve(file)) || host.fileExists(file),
    readFile: (file) => sources.get(path.resolve(file))?.text ?? host.readFile(file),
    getSourceFile: (file, target, ...rest) => {
      const own = sources.get(path.resolve(file));
      if (own) return api.createSourceFile(file, own.text, target, true);
      if (!file.includes('/node_modules/')) return host.getSourceFile(file, target, ...rest);
      const parsed = installed.get(file) ?? host.getSourceFile(file, target, ...rest);
      if (parsed) installed.set(file, parsed);
      return parsed;
    },
  };
}
