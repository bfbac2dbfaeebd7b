import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { PackagedFunction } from '../../function-spec.ts';
import { renderFunctionYaml } from '../../function-yaml.ts';
import { layout } from './image-layout.ts';
import { type LayerEntry, textEntry } from './layer-entry.ts';

/** The files of a bundle that go into its image; what else lies beside them belongs to this machine. */
const names = ['main.mjs', 'main.mjs.map', 'manifest.json'] as const;

/** The texts of the bundle layer by file name: the bundle itself, and its contract as `function.yaml`. */
export function bundleTexts(packaged: PackagedFunction): Readonly<Record<string, string>> {
  const { directory } = packaged.bundle;
  const texts = names.map((name) => [name, readFileSync(path.join(directory, name), 'utf8')]);
  return {
    ...Object.fromEntries(texts),
    'function.yaml': renderFunctionYaml(packaged, { embed: false }),
  };
}

export function bundleEntries(texts: Readonly<Record<string, string>>): readonly LayerEntry[] {
  return Object.entries(texts).map(([name, text]) => textEntry(`${layout.bundle}/${name}`, text));
}
