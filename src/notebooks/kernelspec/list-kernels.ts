import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { dataFolders } from './jupyter-folders.ts';
import type { KernelKind } from './kernel-program.ts';
import { kindOfCommand } from './kernel-spec.ts';
import type { Machine } from './machine.ts';

/** A kernel that Jupyter knows and that runs TypeScript or JavaScript. */
export interface RegisteredKernel {
  readonly name: string;
  readonly kernel: KernelKind;
  readonly displayName: string;
  /** Folder of its `kernel.json`. */
  readonly folder: string;
  readonly argv: readonly string[];
  /** Program of the command line that does not exist; absent when all do. */
  readonly missing?: string;
}

/**
 * The kernels of tslab and Deno that Jupyter finds on this machine, by whomever registered; of those with one name the one that wins.
 * @param more folders to look below first, e.g. a prefix that is not active
 */
export function listKernels(machine: Machine, more: readonly string[] = []): readonly RegisteredKernel[] {
  const folders = [...more, ...dataFolders(machine).map((folder) => path.join(folder, 'kernels'))];
  const found = new Map<string, RegisteredKernel | undefined>();
  for (const folder of folders)
    for (const name of namesIn(folder))
      if (!found.has(name)) found.set(name, readKernel(path.join(folder, name)));
  return [...found.values()]
    .filter((kernel) => kernel !== undefined)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The kernel registered in a folder; undefined when there is none, or it is of another language. */
export function readKernel(folder: string): RegisteredKernel | undefined {
  const spec = readSpec(folder);
  const kernel = spec && kindOfCommand(spec.argv);
  if (!spec || !kernel) return undefined;
  const programs = kernel === 'deno' ? spec.argv.slice(0, 1) : spec.argv.slice(0, 2);
  const missing = programs.find((program) => path.isAbsolute(program) && !existsSync(program));
  return {
    name: path.basename(folder),
    kernel,
    displayName: spec.displayName,
    folder,
    argv: spec.argv,
    ...(missing === undefined ? {} : { missing }),
  };
}

function readSpec(
  folder: string,
): { readonly argv: readonly string[]; readonly displayName: string } | undefined {
  try {
    const spec = JSON.parse(readFileSync(path.join(folder, 'kernel.json'), 'utf8')) as {
      readonly argv?: unknown;
      readonly display_name?: unknown;
    };
    const argv = Array.isArray(spec.argv) ? spec.argv.map(String) : [];
    return { argv, displayName: String(spec.display_name ?? path.basename(folder)) };
  } catch {
    // no kernel, or one that Jupyter cannot read either
    return undefined;
  }
}

/** Jupyter takes names without regard to case. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => existsSync(path.join(folder, name, 'kernel.json')));
  } catch {
    // no such folder: nothing is registered there
    return [];
  }
}
