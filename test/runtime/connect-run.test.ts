import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { connectRun } from '../../src/runtime/agent/connect-run.ts';
import { openHttpStore } from '../../src/tracking/open-http-store.ts';

it('gives a server up in time that takes connections and never answers', async () => {
  const sockets = new Set<Socket>();
  const silent = createServer((socket) => sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const spoolDirectory = mkdtempSync(path.join(tmpdir(), 'slipway-connect-'));
  const store = openHttpStore({ server: { url }, project: 'demo', spoolDirectory });
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    silent.close();
    await store.close();
    rmSync(spoolDirectory, { recursive: true, force: true });
  });
  const begun = performance.now();
  const connecting = connectRun({
    store,
    connect: () => store.adoptRun('01jqz6f0aaaaaaaaaaaaaaaaaa'),
    withinMs: 500,
    signal: new AbortController().signal,
    onFailure: () => undefined,
  });
  await expect(connecting).rejects.toMatchObject({
    code: 'POD_NOT_CONNECTED',
    message: `the tracking server at "${url}" cannot be reached from the pod: it has not answered within 0.5 s`,
    hint: expect.stringContaining('--tracking-address'),
  });
  expect(performance.now() - begun).toBeLessThan(10_000);
});
