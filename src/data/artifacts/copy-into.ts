import { copyFile, mkdir, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { explainDiskError } from '../../core/atomic-file.ts';
import { invalidArtifactContent } from '../errors.ts';
import { explainFileError } from '../stores/file-error.ts';
import { parseFileName } from './staged-file.ts';

/** Copies a local file into a staging folder under a name. */
export async function copyFileInto(file: string, staging: string, name: string): Promise<void> {
  const target = path.join(staging, ...name.split('/'));
  try {
    await mkdir(path.dirname(target), { recursive: true });
    await copyFile(file, target);
  } catch (error) {
    throw explainFileError(error, file);
  }
}

/**
 * Copies a folder's files into a staging folder. A link is followed as long as it stays in the folder, and refused where it
 * leads out of it, or round in circles; sockets, devices and pipes are refused too.
 */
export async function copyFolderInto(folder: string, staging: string, key: string): Promise<void> {
  const root = await realpath(folder).catch((error: unknown) => {
    throw explainFileError(error, folder);
  });
  await copyBelow({ root, staging, key, shown: folder }, '', []);
}

interface FolderCopy {
  readonly root: string;
  readonly staging: string;
  readonly key: string;
  readonly shown: string;
}

async function copyBelow(copy: FolderCopy, below: string, ancestors: readonly string[]): Promise<void> {
  const directory = await realpath(path.join(copy.root, below));
  if (ancestors.includes(directory))
    throw invalidArtifactContent(
      `folder "${copy.shown}" of artifact "${copy.key}" contains itself at "${below}"`,
      {
        hint: 'remove the link that leads back',
      },
    );
  for (const name of (await readdir(directory)).sort()) {
    const relative = below === '' ? name : `${below}/${name}`;
    const source = await insideFolder(copy, relative);
    const found = await stat(source);
    if (found.isDirectory()) await copyBelow(copy, relative, [...ancestors, directory]);
    else if (found.isFile()) await copyFileInto(source, copy.staging, parseFileName(relative, copy.key));
    else
      throw invalidArtifactContent(`"${relative}" in folder "${copy.shown}" is neither a file nor a folder`, {
        hint: 'store files and folders only',
      });
  }
}

async function insideFolder({ root, shown, key }: FolderCopy, relative: string): Promise<string> {
  const source = await realpath(path.join(root, relative)).catch((error: unknown) => {
    throw explainDiskError(explainFileError(error, path.join(shown, relative)), root);
  });
  if (source === root || source.startsWith(root + path.sep)) return source;
  throw invalidArtifactContent(
    `link "${relative}" in folder "${shown}" of artifact "${key}" leads out of the folder, to "${source}"`,
    { hint: 'replace the link by a copy of what it names' },
  );
}
