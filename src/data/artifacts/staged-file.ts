import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { explainDiskError } from '../../core/atomic-file.ts';
import { invalidArtifactContent } from '../errors.ts';

/** Checks the name of a file inside an artifact: relative parts with `/`, none of which leads out of the folder. */
export function parseFileName(name: string, key: string): string {
  const parts = name.split('/');
  const bad = (part: string): boolean =>
    part === '' || part === '.' || part === '..' || part.length > 255 || /[\\\0]/.test(part);
  if (!parts.some(bad)) return name;
  throw invalidArtifactContent(
    `file name "${name.replaceAll('\0', '\\0')}" of artifact "${key}" is not allowed`,
    {
      hint: 'use a relative name such as "weights.json" or "parts/a.bin", without "..", "\\" or a leading "/"',
    },
  );
}

/** Writes a file of an artifact that is being put together, with the folders above it. */
export async function writeStaged(staging: string, name: string, data: string | Uint8Array): Promise<void> {
  const file = path.join(staging, ...name.split('/'));
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, data, { flag: 'wx' });
  } catch (error) {
    throw explainDiskError(error, file);
  }
}
