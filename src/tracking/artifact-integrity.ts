import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { digestDirectory } from '../core/digest.ts';

/** Bytes up to which the content is read to be sure of it; of more only the size tells. */
const readBytes = 16 * 1024 * 1024;

export interface ExpectedContent {
  /** Of the listing of its files, or of the only one. */
  readonly digest: string;
  /** Bytes, where they are known. */
  readonly size?: number;
}

/** Whether the folder of an artifact holds what its digest says. A large one is taken at its size. */
export async function isIntact(folder: string, { digest, size }: ExpectedContent): Promise<boolean> {
  const bytes = await folderBytes(folder);
  if (bytes === undefined || (size !== undefined && bytes !== size)) return false;
  if (bytes > readBytes) return true;
  const listing = await digestDirectory(folder);
  const [only, ...others] = listing.files;
  return listing.digest === digest || (others.length === 0 && only?.digest === digest);
}

/** Undefined for a folder that is not there, or holds no files. */
async function folderBytes(folder: string): Promise<number | undefined> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    const sizes = await Promise.all(
      files.map(async ({ parentPath, name }) => (await stat(path.join(parentPath, name))).size),
    );
    return files.length === 0 ? undefined : sizes.reduce((sum, one) => sum + one, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
