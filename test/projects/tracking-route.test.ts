import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { isSlipwayError } from '../../src/core/error.ts';
import { createUid } from '../../src/core/id.ts';
import { localRouteAddress } from '../../src/projects/tracking/local-route-address.ts';
import { createRouteOpener, type RouteOpenerOptions } from '../../src/projects/tracking/route-opener.ts';
import type { TrackingRoute } from '../../src/runtime/tracking-route.ts';
import { startPodServer } from '../../src/server/start-pod-server.ts';
import { openHttpStore } from '../../src/tracking/open-http-store.ts';

const [address] = Object.values(networkInterfaces()).flatMap((entries = []) =>
  entries.filter(({ internal, family }) => !internal && family === 'IPv4').map((entry) => entry.address),
);

describe('the way of pods to a tracking server', () => {
  let store: string;
  beforeAll(() => {
    store = mkdtempSync(path.join(tmpdir(), 'slipway-route-'));
  });
  afterAll(() => rmSync(store, { recursive: true, force: true }));

  const open = async (options: Partial<RouteOpenerOptions>): Promise<TrackingRoute> => {
    const opener = createRouteOpener({ server: undefined, startServer: startPodServer, env: {}, ...options });
    const route = await opener({ project: 'demo', storeDirectory: store, server: 'https://127.0.0.1:9' });
    onTestFinished(() => route.close());
    return route;
  };
  const refusal = async (options: Partial<RouteOpenerOptions>): Promise<unknown> => {
    const error = await open(options).catch((thrown: unknown) => thrown);
    return isSlipwayError(error) ? `${error.code}: ${error.message}; ${error.hint}` : error;
  };
  const answer = async ({ url, token }: TrackingRoute, project = 'demo'): Promise<number> => {
    const response = await fetch(`${url}/api/v1/projects/${project}/search/runs`, {
      method: 'POST',
      body: '{}',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
    return response.status;
  };

  it('is a server of this process on one address, with a token for the one project, gone when it is closed', async () => {
    const lines: string[] = [];
    const route = await open({ trackingAddress: address, onProgress: (line) => lines.push(line) });
    expect(new URL(route.url).hostname).toBe(address);
    expect(lines).toEqual([expect.stringContaining(`pods report to ${route.url} (as given)`)]);
    expect(lines[0]).toContain('--tracking-address');
    expect([await answer(route), await answer(route, 'other')]).toEqual([200, 403]);
    expect(await answer({ ...route, token: 'x'.repeat(20) })).toBe(401);
    await expect(fetch(route.url.replace(address ?? '', '127.0.0.1'))).rejects.toThrow();
    const client = openHttpStore({ server: route, project: 'demo', spoolDirectory: `${store}-spool` });
    // a client that lets its thread wait would keep the server of the same process from answering
    await client.beginRun({
      uid: createUid(),
      name: 'far',
      project: 'demo',
      runKind: 'run',
      params: {},
      inputs: {},
      labels: {},
    });
    await client.close();
    rmSync(`${store}-spool`, { recursive: true });
    await route.close();
    await expect(answer(route)).rejects.toThrow();
  });

  it('takes the port that is given, and says when another process has it', async () => {
    const other = createServer().listen(0, address);
    await new Promise((resolve) => other.once('listening', resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as { port: number };
    expect(await refusal({ trackingAddress: `${address}:${port}` })).toMatch(
      new RegExp(`^TRACKING_ADDRESS_TAKEN: .*${address}:${port}: another process listens there`),
    );
  });

  it('listens on the loopback for an address that is not of this machine', async () => {
    const route = await open({ trackingAddress: 'host.docker.internal' });
    expect(route.url).toMatch(/^http:\/\/host\.docker\.internal:\d+$/);
    expect(await answer({ ...route, url: route.url.replace('host.docker.internal', '127.0.0.1') })).toBe(200);
  });

  it.each(['127.0.0.1', 'localhost:8642', '[::1]', '0.0.0.0'])('is not the address %s', async (given) => {
    expect(await refusal({ trackingAddress: given })).toMatch(
      /^TRACKING_ADDRESS_NEEDED: .*--tracking-address/,
    );
  });

  it('is not found out through an API server on this machine, or one that does not answer', async () => {
    const api = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
    await new Promise((resolve) => api.once('listening', resolve));
    onTestFinished(() => void api.close());
    const { port } = api.address() as { port: number };
    await expect(localRouteAddress(`https://127.0.0.1:${port}`)).rejects.toThrow('under "127.0.0.1"');
    expect(await refusal({})).toMatch(
      /^TRACKING_ADDRESS_NEEDED: .*"https:\/\/127\.0\.0\.1:9" cannot be reached/,
    );
  });

  it('is found out through an API server elsewhere', async () => {
    const api = createServer((socket) => socket.end()).listen(0, address);
    await new Promise((resolve) => api.once('listening', resolve));
    onTestFinished(() => void api.close());
    const { port } = api.address() as { port: number };
    expect(await localRouteAddress(`https://${address}:${port}`)).toBe(address);
  });

  it('leads to the tracking server of the project, under the address that pods know', async () => {
    const server = { url: 'http://10.0.0.5:8642', token: 't'.repeat(20) };
    expect(await open({ server })).toMatchObject({ ...server, outlivesProcess: true });
    const podUrl = 'http://tracking.ml:8642';
    expect(await open({ server: { ...server, podUrl } })).toMatchObject({ url: podUrl });
    expect(await refusal({ server: { ...server, url: 'http://localhost:8642' } })).toContain(
      'tracking.podUrl',
    );
    expect(await refusal({ server: { url: server.url } })).toContain('SLIPWAY_TRACKING_TOKEN_FILE');
    expect(await refusal({ startServer: undefined })).toContain('SLIPWAY_TRACKING_URL');
  });
});
