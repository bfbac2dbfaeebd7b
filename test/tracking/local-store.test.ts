import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openLocalStore } from '../../src/tracking/local/local-store.ts';
import { describeRunStore } from '../contract/run-store.ts';

describeRunStore('local', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'slipway-store-'));
  return {
    open: async () => openLocalStore({ directory, project: 'demo' }),
    dispose: async () => rmSync(directory, { recursive: true, force: true }),
  };
});
