import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { packageRoot } from '../core/package-root.ts';
import { invalidHubItem } from './errors.ts';
import { type HubItem, parseHubItem } from './hub-item.ts';

/** A hub function that is installed. */
export interface InstalledHubItem extends HubItem {
  /** Folder with function.ts, item.yaml, README.md, an example and a test. */
  readonly directory: string;
}

/** Folder of the functions that come with the package. */
export function catalogDirectory(): string {
  return path.join(packageRoot(), 'src', 'hub', 'catalog');
}

/** The hub functions of a catalog, by name. A folder without `item.yaml` holds what several functions share. */
export async function listHub(catalog: string = catalogDirectory()): Promise<readonly InstalledHubItem[]> {
  const entries = await readdir(catalog, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const items = await Promise.all(folders.map((folder) => readItem(path.join(catalog, folder))));
  return items.filter((item) => item !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function readItem(directory: string): Promise<InstalledHubItem | undefined> {
  const file = path.join(directory, 'item.yaml');
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const item = parseHubItem(text, file);
  if (item.name !== path.basename(directory))
    throw invalidHubItem(`"${file}" names the function "${item.name}"`, {
      hint: `it must have the name of its folder, "${path.basename(directory)}"`,
    });
  return { ...item, directory };
}
