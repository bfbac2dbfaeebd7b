import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { HandlerSpec, PackagedFunction } from '../../src/functions/function-spec.ts';
import { loadBundle } from '../../src/functions/load-bundle.ts';
import { packageFunction } from '../../src/functions/package-function.ts';
import { notebookText, type TestCell } from '../notebooks/notebook-text.ts';

/** An empty folder that goes away after the test. */
export function temporaryFolder(): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'slipway-functions-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export function writeFiles(root: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  }
}

export interface PackageSourceOptions {
  readonly handlers?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly root?: string;
  readonly returns?: Readonly<Record<string, 'result' | 'dataset' | 'model' | 'plot' | 'file'>>;
  readonly name?: string;
}

/** Packages `train` of a notebook with these cells. */
export async function packageCells(
  cells: readonly TestCell[],
  options: PackageSourceOptions = {},
): Promise<PackagedFunction> {
  return packageText('train.ipynb', notebookText(cells), options);
}

export async function packageText(
  name: string,
  text: string,
  { handlers = ['train'], files = {}, root = temporaryFolder(), ...rest }: PackageSourceOptions = {},
): Promise<PackagedFunction> {
  writeFiles(root, { ...files, [name]: text });
  return packageFunction({
    source: name,
    handlers,
    root,
    cacheDirectory: path.join(root, '.slipway/cache'),
    ...rest,
  });
}

/** The contract of a handler written as a TypeScript module. */
export async function contractOf(text: string, options: PackageSourceOptions = {}): Promise<HandlerSpec> {
  const packaged = await packageText('train.ts', text, options);
  const handler = packaged.spec.spec.handlers[packaged.spec.spec.defaultHandler];
  if (!handler) throw new Error('the packaged function has no default handler');
  return handler;
}

type PlainHandler = (ctx: unknown, args: unknown) => unknown;

/** Calls the packaged handler. */
export async function callPackaged(
  packaged: PackagedFunction,
  args: unknown = {},
  ctx: unknown = {},
): Promise<unknown> {
  const exports = await loadBundle(packaged.bundle.directory);
  const handler = exports[packaged.spec.spec.defaultHandler];
  if (typeof handler !== 'function') throw new Error('the bundle does not export its handler');
  return (handler as PlainHandler)(ctx, args);
}
