import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { onTestFinished } from 'vitest';

const root = path.join(import.meta.dirname, '../..');

/** Our TypeScript sources, compiled for a Node process of their own: `export`s of the given module text. */
export function compileProgram(source: string, name = 'program.mjs'): string {
  // below the repository, so that its packages are found
  const folder = mkdtempSync(path.join(root, 'node_modules', '.slipway-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, name);
  buildSync({
    stdin: { contents: source, resolveDir: path.join(root, 'src'), loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outfile: file,
    logLevel: 'error',
  });
  return file;
}

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export function runNode(
  file: string,
  args: readonly string[],
  cwd: string,
  nodeOptions: readonly string[] = [],
): Finished {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...nodeOptions, file, ...args], {
    cwd,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}
