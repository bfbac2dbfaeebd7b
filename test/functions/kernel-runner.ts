import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder, writeFiles } from './package-source.ts';

/** What `train` gave after all cells of a notebook had run in the kernel, or what the kernel said against a cell. */
export interface KernelOutcome {
  readonly value?: unknown;
  /** `train` threw. */
  readonly threw?: string;
  readonly errors?: readonly string[];
}

/** Runs notebooks in tslab's own converter and executor, in a process of their own, and calls `train` after "run all". */
const program = `
const path = require('node:path');
const fs = require('node:fs');
const { createConverter } = require(path.join(process.argv[2], 'tslab/dist/converter.js'));
const { createExecutor } = require(path.join(process.argv[2], 'tslab/dist/executor.js'));
const notebooks = JSON.parse(fs.readFileSync('notebooks.json', 'utf8'));
(async () => {
  const node = createConverter({ isJS: false, isBrowser: false });
  const errors = [];
  const silent = { log() {}, error: (...parts) => errors.push(parts.join(' ')) };
  const executor = createExecutor(process.cwd(), { node, browser: node, close() {} }, silent);
  const results = [];
  for (const cells of notebooks) {
    executor.reset();
    errors.length = 0;
    for (const cell of cells) if (errors.length === 0) await executor.execute(cell);
    const { train } = executor.locals;
    const call = async () => {
      try {
        return { value: await train({}, { n: 3 }) };
      } catch (error) {
        return { threw: String(error) };
      }
    };
    results.push(errors.length > 0 ? { errors: [...errors] } : await call());
  }
  fs.writeFileSync('results.json', JSON.stringify(results));
  process.exit(0);
})();
`;

/**
 * @param files beside the notebooks
 */
export async function runInKernel(
  notebooks: readonly (readonly string[])[],
  files: Readonly<Record<string, string>> = {},
): Promise<readonly KernelOutcome[]> {
  const folder = temporaryFolder();
  const modules = path.resolve('node_modules');
  mkdirSync(path.join(folder, 'node_modules/@types'), { recursive: true });
  symlinkSync(path.join(modules, '@types/node'), path.join(folder, 'node_modules/@types/node'));
  symlinkSync(path.join(modules, 'undici-types'), path.join(folder, 'node_modules/undici-types'));
  writeFiles(folder, { ...files, 'kernel.cjs': program });
  writeFileSync(path.join(folder, 'notebooks.json'), JSON.stringify(notebooks));
  await new Promise<void>((resolve, reject) => {
    const kernel = spawn(process.execPath, ['kernel.cjs', modules], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    kernel.stderr.on('data', (data: Buffer) => {
      said += data.toString();
    });
    kernel.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(said))));
  });
  return JSON.parse(readFileSync(path.join(folder, 'results.json'), 'utf8')) as KernelOutcome[];
}
