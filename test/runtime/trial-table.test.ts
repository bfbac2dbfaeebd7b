import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createUid } from '../../src/core/id.ts';
import type { Delivery } from '../../src/runtime/agent/delivery.ts';
import { readDelivery } from '../../src/runtime/agent/delivery.ts';
import { findGroup } from '../../src/runtime/agent/find-group.ts';
import { planGroups } from '../../src/runtime/agent/trial-groups.ts';
import type { Trial } from '../../src/runtime/batch.ts';
import { createJob } from '../../src/runtime/create-job.ts';
import { deliverTrials } from '../../src/runtime/kubernetes/batch/deliver-trials.ts';
import { renderDelivery } from '../../src/runtime/kubernetes/manifest/render-delivery.ts';
import { startServer } from '../../src/server/start-server.ts';
import { openLocalStore } from '../../src/tracking/local/local-store.ts';
import type { RunStore } from '../../src/tracking/store.ts';

describe('the table of trials', () => {
  let folder = '';
  let store: RunStore;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'slipway-trials-'));
    store = openLocalStore({ directory: path.join(folder, 'store'), project: 'demo' });
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const table = (count: number, text: () => string = () => ''): Trial[] =>
    Array.from({ length: count }, (_, index) => ({
      uid: createUid(),
      iteration: index + 1,
      params: { depth: index % 7, rate: index / count, text: text() },
    }));
  const job = () =>
    createJob({
      project: 'demo',
      storeDirectory: path.join(folder, 'store'),
      workingDirectory: folder,
      function: { name: 'train', handler: 'train' },
      handler: { name: 'train', parameters: [], results: [], acceptsUnknown: true },
    });
  /** What a pod finds where its Secret is mounted. */
  const deliver = async (
    trials: readonly Trial[],
    isolated = true,
  ): Promise<{ delivery: Delivery; bytes: number }> => {
    const submission = { submitter: { host: 'here', pid: 1 }, graceSeconds: 30 };
    const packed = await deliverTrials(trials, store);
    const groups = planGroups({ trials: trials.length, parallelism: 4, isolated });
    const sweep = { groups, maxFailed: 0 };
    const { data = {} } = renderDelivery({ job: job(), secrets: {}, submission, trials: packed, sweep });
    const mounted = mkdtempSync(path.join(folder, 'mounted-'));
    for (const [name, content] of Object.entries(data))
      writeFileSync(path.join(mounted, name), Buffer.from(content, 'base64'));
    const bytes = Object.values(data).reduce((sum, text) => sum + Buffer.from(text, 'base64').length, 0);
    return { delivery: readDelivery(mounted), bytes };
  };
  const place = (url: string) => ({
    deliveryFolder: folder,
    terminationFile: path.join(folder, 'word'),
    server: { url, token: 'token-of-the-table' },
    spoolDirectory: path.join(folder, 'spool'),
  });

  it('of ten thousand trials fits into the Secret, and each pod finds its own', async () => {
    const trials = table(10_000);
    const { delivery, bytes } = await deliver(trials);
    expect(bytes).toBeLessThan(2 ** 20);
    for (const index of [0, 4711, 9999]) {
      const found = await findGroup(delivery, String(index), place('http://tracking.invalid'));
      expect(found?.trials).toEqual([trials[index]]);
    }
  });

  it('that a Secret does not hold comes through the tracking server', async () => {
    const trials = table(10_000, () => createUid() + createUid() + createUid() + createUid());
    const { delivery, bytes } = await deliver(trials);
    expect(bytes).toBeLessThan(10_000);
    const server = await startServer({
      directory: path.join(folder, 'store'),
      tokens: [{ token: 'token-of-the-table', access: 'write', project: 'demo' }],
      host: '127.0.0.1',
      port: 0,
      version: 'test',
    });
    try {
      for (const index of [0, 999, 1000, 9999]) {
        const found = await findGroup(delivery, String(index), place(server.url));
        expect(found?.trials).toEqual([trials[index]]);
      }
    } finally {
      await server.close();
    }
  });

  it('is refused where a pod has no row in it', async () => {
    const { delivery } = await deliver(table(3));
    for (const index of ['3', '-1', '', 'x'])
      await expect(findGroup(delivery, index, place('http://tracking.invalid'))).rejects.toMatchObject({
        code: 'DELIVERY_INVALID',
        message: expect.stringContaining(`"${index}"`),
      });
  });
});
