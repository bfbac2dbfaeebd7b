import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const repository = process.cwd();

/**
 * A folder with the built package installed un-hoisted, as npm lays it out when versions conflict: the package's own
 * dependencies lie below it, and their types cannot be named from a cell.
 */
export function installedFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-kernel-'));
  const installed = path.join(folder, 'node_modules', 'slipway');
  mkdirSync(path.join(installed, 'node_modules'), { recursive: true });
  for (const part of ['package.json', 'dist', 'src/hub/catalog'])
    cpSync(path.join(repository, part), path.join(installed, part), { recursive: true });
  for (const name of readdirSync(path.join(repository, 'node_modules')))
    if (name !== 'slipway' && !name.startsWith('.'))
      symlinkSync(path.join(repository, 'node_modules', name), path.join(installed, 'node_modules', name));
  linkNodeTypes(folder);
  return folder;
}

/** A copy of this repository's own notebooks, with the package linked as the repository links it. */
export function notebooksFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-notebooks-'));
  mkdirSync(path.join(folder, 'node_modules'));
  symlinkSync(repository, path.join(folder, 'node_modules', 'slipway'));
  linkNodeTypes(folder);
  cpSync(path.join(repository, 'notebooks'), path.join(folder, 'notebooks'), { recursive: true });
  cpSync(path.join(repository, 'project.yaml'), path.join(folder, 'project.yaml'));
  return folder;
}

/** tslab finds Node's types only beside the notebook; npm always puts them there. */
function linkNodeTypes(folder: string): void {
  mkdirSync(path.join(folder, 'node_modules', '@types'), { recursive: true });
  for (const name of ['@types/node', 'undici-types'])
    symlinkSync(path.join(repository, 'node_modules', name), path.join(folder, 'node_modules', name));
}

/** The code cells of a notebook file. */
export function codeCells(file: string): readonly string[] {
  const { cells } = JSON.parse(readFileSync(file, 'utf8')) as {
    cells: readonly { cell_type: string; source: string | readonly string[] }[];
  };
  return cells
    .filter((cell) => cell.cell_type === 'code')
    .map(({ source }) => (typeof source === 'string' ? source : source.join('')));
}

const tslabSpec = { display_name: 'TypeScript', language: 'typescript', name: 'tslab' };

/** Writes a notebook as Jupyter saves it. */
export function saveNotebook(file: string, cells: readonly string[], kernelspec: object = tslabSpec): void {
  const notebook = {
    cells: cells.map((source, index) => ({
      cell_type: 'code',
      id: `cell-${index + 1}`,
      metadata: {},
      execution_count: null,
      outputs: [],
      source: source.split(/(?<=\n)/),
    })),
    metadata: { kernelspec },
    nbformat: 4,
    nbformat_minor: 5,
  };
  writeFileSync(file, `${JSON.stringify(notebook, undefined, 1)}\n`);
}
