import { closeSync, fstatSync, ftruncateSync, openSync } from 'node:fs';
import path from 'node:path';
import { runDirectory } from '../store-layout.ts';

/**
 * Makes a run's output file as long as what the server has of it, where it is shorter: what is appended then stands at the same place
 * here and there. The bytes before are a hole that nobody sends, as the server has them. Tells whether there is such a hole.
 */
export function reserveOutput(storeDirectory: string, project: string, uid: string, size: number): boolean {
  if (size === 0) return false;
  const handle = openSync(path.join(runDirectory(storeDirectory, project, uid), 'output.log'), 'a');
  try {
    const isShort = fstatSync(handle).size < size;
    if (isShort) ftruncateSync(handle, size);
    return isShort;
  } finally {
    closeSync(handle);
  }
}
