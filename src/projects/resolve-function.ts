import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileNotFound } from '../core/errors.ts';
import { nearestName } from '../core/nearest-name.ts';
import type { PackagedFunction } from '../functions/function-spec.ts';
import { cacheDirectory, type Workspace } from './workspace.ts';
import { functionNotFound } from './workspace-errors.ts';

export interface ResolveFunctionOptions {
  /** Handler to take from a file or notebook. */
  readonly handler?: string;
  /** Folder that a relative path starts from. @default the workspace's directory */
  readonly baseDirectory?: string;
}

/**
 * The packaged function that a reference names: a `.ts`/`.js` file, a notebook, a `function.yaml`, `hub://name[:version]`,
 * or a function of project.yaml. What has not changed is not packaged again.
 */
export async function resolveFunction(
  workspace: Workspace,
  reference: string,
  options: ResolveFunctionOptions = {},
): Promise<PackagedFunction> {
  const root = workspace.project.root;
  const cache = cacheDirectory(workspace.project);
  if (reference.startsWith('hub://')) {
    const { resolveHubFunction } = await import('../hub/resolve-hub.ts');
    return resolveHubFunction(reference, { root, cacheDirectory: cache });
  }
  if (isPath(reference)) {
    const file = path.resolve(options.baseDirectory ?? workspace.directory, reference);
    if (!statSync(file, { throwIfNoEntry: false })?.isFile())
      throw fileNotFound(`file "${reference}" does not exist`, { hint: `looked in "${path.dirname(file)}"` });
    return /\.ya?ml$/.test(file)
      ? loadFunctionYaml(file, cache)
      : packageFile(file, root, cache, options.handler);
  }
  const entry = workspace.project.spec.functions?.find((candidate) => candidate.name === reference);
  if (entry)
    return resolveFunction(workspace, entry.source, {
      baseDirectory: root,
      ...((options.handler ?? entry.handler) ? { handler: options.handler ?? entry.handler ?? '' } : {}),
    });
  throw unknownFunction(workspace, reference);
}

const isPath = (reference: string): boolean => /\.(ts|mts|cts|js|mjs|cjs|ipynb|ya?ml)$/.test(reference);

async function packageFile(
  source: string,
  root: string,
  cache: string,
  handler?: string,
): Promise<PackagedFunction> {
  const { packageFunction } = await import('../functions/package-function.ts');
  return packageFunction({
    source,
    root,
    cacheDirectory: cache,
    ...(handler ? { handlers: [handler] } : {}),
  });
}

async function loadFunctionYaml(file: string, cache: string): Promise<PackagedFunction> {
  const { materialiseFunction, parseFunctionYaml } = await import('../functions/function-yaml.ts');
  return materialiseFunction(parseFunctionYaml(await readFile(file, 'utf8'), file), cache);
}

function unknownFunction(workspace: Workspace, reference: string): Error {
  const names = workspace.project.spec.functions?.map((entry) => entry.name) ?? [];
  const near = nearestName(reference, names);
  return functionNotFound(`function "${reference}" does not exist in project "${workspace.project.name}"`, {
    hint: near
      ? `did you mean "${near}"?`
      : 'give a .ts file, a notebook, a function.yaml, hub://name, or a function of project.yaml',
  });
}
