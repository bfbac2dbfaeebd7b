import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createBackoff } from '../../../src/runtime/kubernetes/api/backoff.ts';
import { connectCluster } from '../../../src/runtime/kubernetes/api/connect-cluster.ts';
import type { ApiObject } from '../../../src/runtime/kubernetes/api/objects.ts';
import { type WatchRequest, watchObjects } from '../../../src/runtime/kubernetes/api/watch-objects.ts';
import { followLog } from '../../../src/runtime/kubernetes/logs/follow-log.ts';
import {
  type Answer,
  json,
  lines,
  renderKubeconfig,
  type ScriptedApi,
  startScriptedApi,
} from './scripted-api.ts';

let api: ScriptedApi | undefined;
afterEach(() => api?.close());

const pod = (name: string, resourceVersion: string): ApiObject => ({
  metadata: { name, uid: name, resourceVersion },
});
const list = (version: string, ...items: ApiObject[]): Answer =>
  json({ metadata: { resourceVersion: version }, items });
const event = (type: string, object: unknown): string => JSON.stringify({ type, object });
const bookmark = (resourceVersion: string): string => event('BOOKMARK', { metadata: { resourceVersion } });
const gone = event('ERROR', {
  kind: 'Status',
  code: 410,
  reason: 'Expired',
  message: 'too old resource version',
});

/** What a watch tells up to its nth word. */
async function tell(
  answers: readonly Answer[],
  count: number,
  options: Partial<WatchRequest> = {},
): Promise<string[]> {
  api = await startScriptedApi(answers);
  const stop = new AbortController();
  const told: string[] = [];
  for await (const change of watchObjects(api.client, {
    path: '/api/v1/pods',
    signal: stop.signal,
    ...options,
  })) {
    told.push('object' in change ? `${change.type} ${change.object.metadata?.name}` : change.type);
    if (told.length === count) stop.abort();
  }
  return told;
}

describe('a watch', () => {
  it('lists again when its version is too old, and tells only what changed meanwhile', async () => {
    const told = await tell(
      [
        list('5', pod('a', '1'), pod('b', '2')),
        lines([gone]),
        list('9', pod('b', '2'), pod('c', '8')),
        lines([event('MODIFIED', pod('c', '10'))]),
      ],
      8,
    );
    expect(told).toEqual([
      'added a',
      'added b',
      'synced',
      'interrupted',
      'deleted a',
      'added c',
      'synced',
      'modified c',
    ]);
  });

  it('lists again when the request itself is answered with 410', async () => {
    const told = await tell(
      [list('5'), json({ code: 410, message: 'gone' }, 410), list('6', pod('a', '6'))],
      4,
    );
    expect(told).toEqual(['synced', 'interrupted', 'added a', 'synced']);
  });

  it('goes on from the last bookmark, without listing', async () => {
    await tell([list('5'), lines([bookmark('77')], 'end'), lines([event('ADDED', pod('a', '78'))])], 2);
    expect(api?.asked[2]).toContain('resourceVersion=77');
    expect(api?.asked[2]).toContain('allowWatchBookmarks=true');
  });

  it('does not take the half of a line that a broken connection leaves', async () => {
    const half = (
      _: unknown,
      response: {
        writeHead(code: number): void;
        write(text: string, then: () => void): void;
        destroy(): void;
      },
    ) => {
      response.writeHead(200);
      response.write(event('ADDED', pod('a', '6')).slice(0, 30), () => response.destroy());
    };
    const told = await tell([list('5'), half as Answer, lines([event('ADDED', pod('a', '6'))])], 3);
    expect(told).toEqual(['synced', 'interrupted', 'added a']);
  });

  it('gives up a connection that has fallen silent, as half-open ones are', async () => {
    const told = await tell([list('5'), lines([]), lines([event('ADDED', pod('a', '6'))])], 3, {
      idleMs: 1000,
    });
    expect(told).toEqual(['synced', 'interrupted', 'added a']);
  });

  it.each([429, 500, 503, 504])('tries again after a %d', async (status) => {
    const told = await tell([json({ code: status, message: 'busy' }, status), list('5', pod('a', '1'))], 3);
    expect(told).toEqual(['interrupted', 'added a', 'synced']);
  });

  it('tells the same change once, however often it is repeated', async () => {
    const same = event('ADDED', pod('a', '6'));
    const told = await tell(
      [
        list('5'),
        lines([
          same,
          same,
          event('MODIFIED', pod('a', '7')),
          event('DELETED', pod('a', '8')),
          event('DELETED', pod('a', '8')),
          event('ADDED', pod('b', '9')),
        ]),
      ],
      5,
    );
    expect(told).toEqual(['synced', 'added a', 'modified a', 'deleted a', 'added b']);
  });

  it('reads a long list page by page', async () => {
    const first = json({ metadata: { resourceVersion: '5', continue: 'next' }, items: [pod('a', '1')] });
    expect(await tell([first, list('5', pod('b', '2'))], 3)).toEqual(['added a', 'added b', 'synced']);
    expect(api?.asked[1]).toContain('continue=next');
  });

  it('ends with the reason when trying again would not help', async () => {
    await expect(tell([json({ code: 403, message: 'pods is forbidden' }, 403)], 1)).rejects.toMatchObject({
      code: 'KUBERNETES_REFUSED',
      message: expect.stringContaining('pods is forbidden'),
    });
  });
});

describe('following a log', () => {
  const stamp = (second: number, text: string): string => `2026-01-01T00:00:0${second}.000000001Z ${text}`;

  it('opens it anew when it falls silent, as after a rotation, and doubles nothing', async () => {
    api = await startScriptedApi([
      json({ code: 400, message: 'container "main" is waiting to start: ContainerCreating' }, 400),
      lines([stamp(1, 'a'), stamp(2, 'b')]),
      lines([stamp(1, 'a'), stamp(2, 'b'), stamp(3, 'c')], 'break'),
      lines([stamp(2, 'b'), stamp(3, 'c'), stamp(4, 'd')], 'end'),
    ]);
    const source = { namespace: 'team', pod: 'p', container: 'main' };
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const texts: string[] = [];
    const signal = new AbortController().signal;
    for await (const { text } of followLog(api.client, { ...source, ended, signal, idleMs: 1000 })) {
      texts.push(text);
      if (text === 'c') end();
    }
    expect(texts).toEqual(['a', 'b', 'c', 'd']);
    expect(api.asked[2]).toContain('sinceTime=2026-01-01T00%3A00%3A01Z');
    expect(api.asked[3]).toContain('follow=false');
  });
});

describe('waits between tries', () => {
  it('double up to a limit, are drawn, and start anew after success', () => {
    const backoff = createBackoff({ firstMs: 100, longestMs: 300, random: () => 1 });
    expect([backoff.next(), backoff.next(), backoff.next(), backoff.next()]).toEqual([100, 200, 300, 300]);
    backoff.reset();
    expect(backoff.next()).toBe(100);
    expect(createBackoff({ random: () => 0 }).next()).toBe(50);
  });
});

describe('a kubeconfig', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-kubeconfig-'));
  const file = path.join(folder, 'config');
  afterAll(() => rmSync(folder, { recursive: true }));

  it('that does not exist is named', async () => {
    await expect(connectCluster({ kubeconfig: `${file}.none` })).rejects.toMatchObject({
      code: 'KUBECONFIG_INVALID',
      message: `kubeconfig "${file}.none" does not exist`,
    });
  });

  it('without the context that is asked for says which it has', async () => {
    writeFileSync(file, JSON.stringify(renderKubeconfig('http://127.0.0.1:1')));
    await expect(connectCluster({ kubeconfig: file, context: 'there' })).rejects.toMatchObject({
      code: 'KUBECONFIG_INVALID',
      message: 'the kubeconfig has no context "there"',
      hint: 'it has: here',
    });
  });

  it('gives namespace and server; a server that is away is named', async () => {
    const client = await connectCluster({ kubeconfig: file });
    expect(client).toMatchObject({ namespace: 'team', server: 'http://127.0.0.1:1' });
    await expect(client.request('GET', '/version')).rejects.toMatchObject({
      code: 'KUBERNETES_UNREACHABLE',
      message: expect.stringMatching(/http:\/\/127\.0\.0\.1:1 cannot be reached: .*ECONNREFUSED/),
    });
  });

  it('that is no YAML is refused', async () => {
    writeFileSync(file, '{{{');
    await expect(connectCluster({ kubeconfig: file })).rejects.toMatchObject({ code: 'KUBECONFIG_INVALID' });
  });
});
