import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseName } from '../core/name.ts';
import { packageRoot } from '../core/package-root.ts';

export interface StorePlace {
  readonly project: string;
  readonly storeDirectory: string;
}

/**
 * Where a script's runs belong: what was asked for, then the environment (`SLIPWAY_HOME`, `SLIPWAY_PROJECT`), then the nearest
 * project.yaml upwards, else the project `default` in the working directory.
 */
export function findStore(
  asked: Partial<StorePlace>,
  { directory, env }: { directory: string; env: Readonly<Record<string, string | undefined>> },
): StorePlace {
  const root = findRoot(directory);
  const { SLIPWAY_HOME: home, SLIPWAY_PROJECT: name } = env;
  const storeDirectory = asked.storeDirectory ?? (home || path.join(root ?? directory, '.slipway'));
  const project = asked.project ?? (name || (root === undefined ? 'default' : projectName(root)));
  return { project: parseName('project', project), storeDirectory: path.resolve(directory, storeDirectory) };
}

function findRoot(from: string): string | undefined {
  if (existsSync(path.join(from, 'project.yaml'))) return from;
  const parent = path.dirname(from);
  return parent === from ? undefined : findRoot(parent);
}

/** Only the name counts here; the file is checked whole where the project is opened. */
function projectName(root: string): string {
  // synchronous, and loaded only by scripts that stand in a project
  const require = createRequire(pathToFileURL(path.join(packageRoot(), 'package.json')));
  const { parse } = require('yaml') as typeof import('yaml');
  const spec: unknown = parse(readFileSync(path.join(root, 'project.yaml'), 'utf8'));
  const name = typeof spec === 'object' && spec !== null && 'name' in spec ? spec.name : undefined;
  return typeof name === 'string' ? name : '';
}
