import path from 'node:path';
import type { BuildOptions, Metafile } from 'esbuild';
import { bundleErrors } from './bundle-errors.ts';
import { type BundleFindings, type BundleInputs, bundlePlugin, type NativeSearch } from './bundle-plugin.ts';
import { beginsWith, createExternalLookup, likelyExternals, missedPackages } from './external-packages.ts';

/** Oldest Node that bundles run on, as esbuild names it. */
export const bundleTarget = 'node20.19';

export interface BuiltCode {
  readonly code: string;
  readonly map: string;
  readonly metafile: Metafile;
  readonly findings: BundleFindings;
  readonly warnings: readonly string[];
}

/** Source that only names what to export, or a file whose exports all stay. */
export type EntryModule =
  | { readonly contents: string; readonly loader: 'ts' | 'js' }
  | { readonly file: string };

const banner =
  'import{createRequire as slipwayCreateRequire}from"node:module";' +
  'const require=slipwayCreateRequire(import.meta.url);';

/**
 * Bundles to one ESM file. Same sources, same bytes: nothing of the user's tsconfig, of the folder's place or of the time
 * goes in. White space is minified, so that comments and formatting leave no trace; names and syntax stay.
 */
export async function runEsbuild(entry: EntryModule, root: string, inputs: BundleInputs): Promise<BuiltCode> {
  const natives = new Set<string>();
  const likely = likelyExternals(inputs.directory, inputs.external);
  let asked = beginsWith(likely);
  for (;;) {
    const search = { asked, lookup: createExternalLookup((name) => isLeftOut(name, inputs, natives)) };
    const findings = createFindings(natives);
    const built = await buildOnce(entry, root, inputs, findings, search).catch((error: unknown) => {
      if (asked === anyPackage) throw error;
    });
    if (!built) {
      // a package that had to be left out may be what broke it
      asked = anyPackage;
      continue;
    }
    const folderOf = (input: string): string => importFolder(input, root, inputs);
    const missed = asked === anyPackage ? [] : missedPackages(built.metafile, folderOf, search.lookup, asked);
    if (missed.length === 0 && findings.natives.size === natives.size) return built;
    for (const name of findings.natives) natives.add(name);
    for (const name of [...missed, ...natives]) likely.add(name);
    if (asked !== anyPackage) asked = beginsWith(likely);
  }
}

const anyPackage = /^[^./]/;

const isLeftOut = (name: string, inputs: BundleInputs, natives: ReadonlySet<string>): boolean =>
  inputs.external.includes(name) || natives.has(name);

function createFindings(natives: Iterable<string>): BundleFindings {
  return { externals: new Map(), natives: new Set(natives), usesDisplay: false, needsApi: false };
}

/** Cells and the entry import from the notebook's folder, files from their own. */
function importFolder(input: string, root: string, inputs: BundleInputs): string {
  if (input === 'slipway-entry' || /^[\w-]{2,}:/.test(input)) return inputs.directory;
  return path.dirname(path.resolve(root, input));
}

async function buildOnce(
  entry: EntryModule,
  root: string,
  inputs: BundleInputs,
  findings: BundleFindings,
  search: NativeSearch,
): Promise<BuiltCode> {
  const { build } = await import('esbuild');
  const options = buildOptions(root, entry, inputs);
  const result = await build({ ...options, plugins: [bundlePlugin(inputs, findings, search)] }).catch(
    (error: unknown) => {
      throw bundleErrors(error, root);
    },
  );
  const code = result.outputFiles.find((file) => file.path.endsWith('main.mjs'))?.text ?? '';
  const map = result.outputFiles.find((file) => file.path.endsWith('.map'))?.text ?? '';
  const warnings = result.warnings
    .filter((warning) => !warning.location?.file.includes('node_modules'))
    .map((warning) => warning.text);
  return { code, map, metafile: result.metafile, findings, warnings };
}

function buildOptions(
  root: string,
  entry: EntryModule,
  inputs: BundleInputs,
): BuildOptions & { write: false; metafile: true } {
  return {
    ...entryOptions(entry, inputs.directory),
    absWorkingDir: root,
    outfile: path.join(root, 'main.mjs'),
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: bundleTarget,
    sourcemap: 'external',
    // filled in afterwards, for the user's own sources alone: packages would make it many times larger
    sourcesContent: false,
    minifyWhitespace: true,
    // one endless line is hard on editors and on Node's own error output
    lineLimit: 200,
    keepNames: true,
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'silent',
    banner: { js: banner },
    define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' },
    // as the kernel compiles cells; a tsconfig of the user's would make bundles differ from machine to machine
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true, useDefineForClassFields: true } },
  };
}

function entryOptions(entry: EntryModule, resolveDir: string): BuildOptions {
  if ('file' in entry) return { entryPoints: [entry.file] };
  return { stdin: { ...entry, resolveDir, sourcefile: 'slipway-entry' } };
}
