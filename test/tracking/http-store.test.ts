import type { StoreUnderTest } from '../contract/run-store/opened-run-store.ts';
import { describeRunStore } from '../contract/run-store.ts';
import { describeSharedCache } from '../contract/run-store-cache.ts';
import { startTrackingServer } from '../support/start-tracking-server.ts';
import { serverUnderTest } from './server-under-test.ts';

const create = (): Promise<StoreUnderTest> => serverUnderTest((folder) => startTrackingServer(folder));

describeRunStore('http', create);
describeSharedCache('http', create);
