import { currentWorkspace } from './current-workspace.ts';
import type { DataItem } from './data/data-item.ts';

/**
 * A data item on a path, URL or `store://…`; relative paths start from the working directory.
 *
 * @example
 * const rows = await (await openData('penguins.csv')).table();
 */
export async function openData(reference: string | URL): Promise<DataItem> {
  const workspace = await currentWorkspace();
  const { openDataItem } = await import('./data/open-data-item.ts');
  return openDataItem(reference, { store: workspace.store, baseDirectory: process.cwd() });
}
