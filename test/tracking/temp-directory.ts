import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder of the test's own, removed when it has finished. */
export function tempDirectory(): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'slipway-tracking-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
