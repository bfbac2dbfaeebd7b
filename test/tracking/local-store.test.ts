import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openLocalStore } from '../../src/tracking/local/local-store.ts';
import type { StoreUnderTest } from '../contract/run-store/opened-run-store.ts';
import { describeRunStore } from '../contract/run-store.ts';
import { describeSharedCache } from '../contract/run-store-cache.ts';

const create = async (): Promise<StoreUnderTest> => {
  const directory = mkdtempSync(path.join(tmpdir(), 'slipway-store-'));
  return {
    open: async () => openLocalStore({ directory, project: 'demo' }),
    dispose: async () => rmSync(directory, { recursive: true, force: true }),
  };
};

describeRunStore('local', create);
describeSharedCache('local', create);
