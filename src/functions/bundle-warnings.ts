import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { BundleInputs } from './bundle-plugin.ts';
import type { BuiltCode } from './run-esbuild.ts';
import { placeOfSource, renderPlace } from './source-place.ts';
import { type OwnSource, sourceWarnings } from './source-warnings.ts';

interface WarningRequest {
  readonly root: string;
  readonly inputs: BundleInputs;
}

/** What a bundle may do otherwise than its sources: esbuild's own remarks, silent displays, files left behind, computed imports. */
export function bundleWarnings(built: BuiltCode, request: WarningRequest): string[] {
  const display = built.findings.usesDisplay
    ? ['display functions of tslab do nothing in a packaged function']
    : [];
  const sources = [...ownFiles(built, request), ...ownCells(request)];
  return [...display, ...built.warnings, ...sources.flatMap(sourceWarnings)];
}

function ownFiles({ metafile }: BuiltCode, { root, inputs }: WarningRequest): OwnSource[] {
  return Object.keys(metafile.inputs)
    .filter(
      (name) => /\.[cm]?[jt]sx?$/.test(name) && !name.includes('node_modules') && !/^[\w-]{2,}:/.test(name),
    )
    .map((name) => {
      const file = path.resolve(root, name);
      return {
        place: (line) => renderPlace({ file: name, line }),
        text: inputs.replacedFiles.get(file)?.contents ?? readFileSync(file, 'utf8'),
        folders: [path.dirname(file), root],
      };
    });
}

function ownCells({ root, inputs }: WarningRequest): OwnSource[] {
  return [...inputs.notebookModules].map(([id, module]) => ({
    place: (line) => renderPlace({ ...placeOfSource(id), line }),
    text: module.contents,
    folders: [inputs.directory, root],
  }));
}
