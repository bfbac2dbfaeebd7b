import { readdir, stat } from 'node:fs/promises';
import { invalidExport } from './errors.ts';

/**
 * Refuses a folder that an export cannot be written to.
 * @throws INVALID_EXPORT unless it is new or empty
 */
export async function refuseUsed(target: string): Promise<void> {
  const found = await stat(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined) return;
  if (!found.isDirectory())
    throw invalidExport(`"${target}" is a file`, { hint: 'export into a new folder' });
  if ((await readdir(target)).length > 0)
    throw invalidExport(`folder "${target}" is not empty`, { hint: 'export into a new folder' });
}
