import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { globalState } from '../core/global-state.ts';

interface Scratch {
  directory?: string;
}

/** A folder for this process's passing files, private to the user; removed when the process exits. */
export function scratchDirectory(): string {
  const state = globalState<Scratch>('scratch-directory', () => ({}));
  if (state.directory === undefined) {
    const directory = mkdtempSync(path.join(tmpdir(), 'slipway-'));
    state.directory = directory;
    process.once('exit', () => {
      rmSync(directory, { recursive: true, force: true });
    });
  }
  return state.directory;
}
