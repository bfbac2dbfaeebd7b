import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { digestBytes } from '../../../core/digest.ts';
import type { Json } from '../../../core/json.ts';
import { imageRuntimeMissing } from '../build-errors.ts';
import type { Platform } from '../oci/descriptor.ts';
import { layout } from './image-layout.ts';
import { type InstalledParts, initProgram } from './installed-parts.ts';
import { directoryEntry, type LayerEntry, textEntry } from './layer-entry.ts';

/** What decides the runtime layer: one for each build of Slipway and platform, whatever the function. */
export function runtimeInputs(parts: InstalledParts, platform: Platform): Json {
  const { version, entry, agent, step, files } = parts;
  return { kind: 'runtime', format: 1, version, entry, agent, step, files, platform: { ...platform } };
}

/**
 * The first process, the runner and its files, and the folder that runs work in.
 * @throws IMAGE_RUNTIME_MISSING
 */
export function runtimeEntries(parts: InstalledParts, platform: Platform): readonly LayerEntry[] {
  const { file, size } = initProgram(platform);
  const manifest = { name: 'slipway', version: parts.version, type: 'module' };
  return [
    { path: layout.init, mode: 0o755, content: { kind: 'file', file, size } },
    textEntry(layout.runner, `import './runtime/dist/${parts.entry}';\n`),
    textEntry(layout.agent, `import './runtime/dist/${parts.agent}';\n`),
    textEntry(layout.step, `import './runtime/dist/${parts.step}';\n`),
    textEntry(`${layout.runtime}/package.json`, `${JSON.stringify(manifest)}\n`),
    directoryEntry(layout.work),
    ...parts.files.map((part) => distEntry(parts.directory, part)),
  ];
}

/** What is read is what was listed: an installation that changes meanwhile, or is damaged, must not end up in a layer. */
function distEntry(directory: string, part: { readonly path: string; readonly digest: string }): LayerEntry {
  const file = path.join(directory, part.path);
  const bytes = existsSync(file) ? readFileSync(file) : undefined;
  if (bytes === undefined || digestBytes(bytes) !== part.digest)
    throw imageRuntimeMissing(`"${file}" is not the file that this version of Slipway brought`, {
      hint: 'install slipway again; in a clone, build it again while nothing else does',
    });
  return { path: `${layout.runtime}/dist/${part.path}`, mode: 0o644, content: { kind: 'bytes', bytes } };
}
