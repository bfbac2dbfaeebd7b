import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';

/** Bundles a script of this folder so that a process of its own can run it; inside the repository, where packages are found. */
export async function bundleScript(name: string): Promise<string> {
  const root = path.resolve(import.meta.dirname, '../..');
  const outfile = path.join(root, '.cache', 'test-tracking', `${process.pid}-${name}.mjs`);
  await build({
    entryPoints: [path.join(import.meta.dirname, 'scripts', `${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
  return outfile;
}

export interface Child {
  readonly process: ChildProcess;
  /** Lines that it has printed, as they came. */
  readonly lines: readonly string[];
  /** Resolves with the first line that fits, printed already or to come; rejects if the process ends without one. */
  line(fits: (line: string) => boolean): Promise<string>;
  /** Resolves with its exit code or signal once it has ended and everything it printed has been read. */
  ended: Promise<string>;
}

export function startScript(file: string, ...args: readonly string[]): Child {
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const reader = createInterface({ input: child.stdout });
  let closed = false;
  reader.on('line', (line) => {
    lines.push(line);
    for (const look of waiting) look();
  });
  const ended = Promise.all([once(child, 'exit'), once(reader, 'close')]).then(([[code, signal]]) => {
    closed = true;
    for (const look of waiting) look();
    return String(signal ?? code);
  });
  const line = (fits: (text: string) => boolean): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = lines.find(fits);
        if (found === undefined && !closed) return;
        waiting.delete(look);
        if (found === undefined) reject(new Error(`the process ended after: ${lines.join(' | ')}`));
        else resolve(found);
      };
      waiting.add(look);
      look();
    });
  return { process: child, lines, line, ended };
}
