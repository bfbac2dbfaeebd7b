import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder of the test's own, removed when it has finished. */
export function tempDirectory(): string {
  const { directory, remove } = tempFolder();
  onTestFinished(remove);
  return directory;
}

/** A folder to be removed by hand, for what several tests share. */
export function tempFolder(): { readonly directory: string; readonly remove: () => void } {
  const directory = mkdtempSync(path.join(tmpdir(), 'slipway-tracking-'));
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
