import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';

/** A folder of the test file's own, removed when it is through. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-test-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
