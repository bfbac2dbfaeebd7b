import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseName } from '../core/name.ts';
import type { Project } from './project-spec.ts';

/** Name of the file that makes a folder a project. */
export const projectFileName = 'project.yaml';

/**
 * The project that a folder belongs to: of the nearest folder upwards with project.yaml, else the folder itself as the
 * project `default`. Its store is `.slipway/` there unless `SLIPWAY_HOME` names another folder; `SLIPWAY_PROJECT` gives
 * another name. Throws `PROJECT_INVALID`.
 */
export async function findProject(
  directory: string,
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<Project> {
  const start = path.resolve(directory);
  const root = findRoot(start);
  const spec = root === undefined ? { name: 'default' } : await readProject(path.join(root, projectFileName));
  const home = env.SLIPWAY_HOME;
  const name = env.SLIPWAY_PROJECT;
  return {
    // it becomes a folder of the store
    name: name ? parseName('project', name) : spec.name,
    root: root ?? start,
    storeDirectory: home ? path.resolve(start, home) : path.join(root ?? start, '.slipway'),
    spec,
    ...(root === undefined ? {} : { file: path.join(root, projectFileName) }),
  };
}

async function readProject(file: string): Promise<Project['spec']> {
  // on first use: a folder without project.yaml must not pay for the YAML reader
  const { parseProject } = await import('./parse-project.ts');
  const text = await readFile(file, 'utf8');
  // on first use, too: most projects have no schedules
  const readCron = /^schedules\s*:/m.test(text)
    ? await (await import('./schedules/cron-times.ts')).loadCron()
    : undefined;
  const spec = parseProject(text, file, readCron);
  if (namesCluster(spec)) await (await import('./cluster/function-options.ts')).checkProjectKubernetes(spec);
  return spec;
}

const namesCluster = ({ kubernetes, functions = [] }: Project['spec']): boolean =>
  kubernetes !== undefined || functions.some(({ options }) => options?.kubernetes !== undefined);

function findRoot(from: string): string | undefined {
  if (existsSync(path.join(from, projectFileName))) return from;
  const parent = path.dirname(from);
  return parent === from ? undefined : findRoot(parent);
}
