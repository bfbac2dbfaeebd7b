import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { BundleInputs } from './bundle-plugin.ts';
import type { BuiltCode } from './run-esbuild.ts';
import { placeOfSource, renderPlace } from './source-place.ts';

/** What a bundle may do otherwise than its sources: esbuild's own remarks, silent displays, places and computed imports. */
export function bundleWarnings(
  built: BuiltCode,
  request: { readonly root: string; readonly inputs: BundleInputs },
): string[] {
  const display = built.findings.usesDisplay
    ? ['display functions of tslab do nothing in a packaged function']
    : [];
  const sources = [...ownFiles(built, request.root), ...ownCells(request.inputs)];
  return [...display, ...built.warnings, ...sources.flatMap(([name, text]) => sourceWarnings(name, text))];
}

function ownFiles({ metafile }: BuiltCode, root: string): [string, string][] {
  return Object.keys(metafile.inputs)
    .filter(
      (name) => /\.[cm]?[jt]sx?$/.test(name) && !name.includes('node_modules') && !/^[\w-]{2,}:/.test(name),
    )
    .map((name) => [name, readFileSync(path.resolve(root, name), 'utf8')]);
}

function ownCells({ notebookModules }: BundleInputs): [string, string][] {
  return [...notebookModules].map(([id, module]) => [renderPlace(placeOfSource(id)), module.contents]);
}

function sourceWarnings(name: string, text: string): string[] {
  const warnings: string[] = [];
  if (/\bimport\.meta\.(?:url|dirname|filename)\b|\b__(?:dir|file)name\b/.test(text))
    warnings.push(`${name} asks for its own place; in a bundle that is the bundle's folder`);
  const computed = /(?<![.\w$])(?:import|require)\(\s*([A-Za-z_$][\w$.]*)\s*[,)]/.exec(text)?.[1];
  if (computed !== undefined)
    warnings.push(
      `${name} imports a computed name (${computed}); it is looked up when the function runs, and not bundled`,
    );
  return warnings;
}
