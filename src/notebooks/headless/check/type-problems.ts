import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type ts from 'typescript-ast';
import { packageRoot } from '../../../core/package-root.ts';
import { createNameIndex, type NameIndex } from '../../resolve-name.ts';
import { typescript } from '../../typescript.ts';
import { findTslab } from '../find-tslab.ts';
import { type CheckedCell, type NotebookProblem, placeAt } from './checked-cell.ts';

/** "Cannot assign to 'x' because it is an import": cells share their variables, modules do not. */
const assignsImport = 2632;
/** "Cannot find name": where another cell declares it too late, the order of cells is what is reported. */
const unknownNames: ReadonlySet<number> = new Set([2304, 2552]);

/**
 * Type-checks all cells together, strictly, which the kernel does not do. Each is a module that imports what it uses of others: the
 * last declaration before it, as the kernel has it then; in functions the last one of all.
 * @param directory the notebook's folder, which imports are resolved from
 */
export function typeProblems(cells: readonly CheckedCell[], directory: string): readonly NotebookProblem[] {
  const api = typescript();
  const sources = virtualSources(cells, directory);
  const options = compilerOptions(directory);
  const program = api.createProgram([...sources.keys()], options, virtualHost(options, sources));
  return [...sources].flatMap(([file, { cell }]) => {
    const source = program.getSourceFile(file);
    const diagnostics = source
      ? [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
      : [];
    return diagnostics.flatMap((each) => describe(each, cell, cells));
  });
}

interface VirtualSource {
  readonly cell: CheckedCell;
  readonly text: string;
}

function describe(
  diagnostic: ts.Diagnostic,
  cell: CheckedCell,
  cells: readonly CheckedCell[],
): readonly NotebookProblem[] {
  const { start, code, messageText, category } = diagnostic;
  const api = typescript();
  // what was put behind the cell's own text says nothing to its author
  if (start === undefined || start > cell.original.length || code === assignsImport) return [];
  const message = api.flattenDiagnosticMessageText(messageText, '\n').replace(/\.$/, '');
  const name = /'([^']+)'/.exec(message)?.[1] ?? '';
  const elsewhere = cells.some((each) => each !== cell && declaredNames(each).has(name));
  if (unknownNames.has(code) && elsewhere) return [];
  const severity = category === api.DiagnosticCategory.Error ? 'error' : 'warning';
  return [{ severity, rule: 'type', message: `${message} (TS${code})`, ...placeAt(cell, start) }];
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
  const exported = new Set(cell.analysed.statements.flatMap((statement) => statement.exports));
  const names = [...own].filter((name) => !exported.has(name));
  return [cell.original, ';', ...imports, `export { ${names.join(', ')} };`].join('\n');
}

function declaredNames(cell: CheckedCell): ReadonlySet<string> {
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
      return own
        ? api.createSourceFile(file, own.text, target, true)
        : host.getSourceFile(file, target, ...rest);
    },
  };
}
