import { statSync } from 'node:fs';
import path from 'node:path';
import type { Json } from '../../../core/json.ts';
import type { Platform } from '../oci/descriptor.ts';
import { layout } from './image-layout.ts';
import { type InstalledParts, initProgram } from './installed-parts.ts';
import { directoryEntry, type LayerEntry, textEntry } from './layer-entry.ts';

/** What decides the runtime layer: one for each build of Slipway and platform, whatever the function. */
export function runtimeInputs(parts: InstalledParts, platform: Platform): Json {
  const { version, entry, files } = parts;
  return { kind: 'runtime', format: 1, version, entry, files, platform: { ...platform } };
}

/** The first process, the runner and its files, and the folder that runs work in. */
export function runtimeEntries(parts: InstalledParts, platform: Platform): readonly LayerEntry[] {
  const { file, size } = initProgram(platform);
  const manifest = { name: 'slipway', version: parts.version, type: 'module' };
  return [
    { path: layout.init, mode: 0o755, content: { kind: 'file', file, size } },
    textEntry(layout.runner, `import './runtime/dist/${parts.entry}';\n`),
    textEntry(`${layout.runtime}/package.json`, `${JSON.stringify(manifest)}\n`),
    directoryEntry(layout.work),
    ...parts.files.map((each): LayerEntry => {
      const from = path.join(parts.directory, each.path);
      return {
        path: `${layout.runtime}/dist/${each.path}`,
        mode: 0o644,
        content: { kind: 'file', file: from, size: statSync(from).size },
      };
    }),
  ];
}
