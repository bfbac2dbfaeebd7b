import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { HttpStore } from '../../src/tracking/http/http-store.ts';
import { openHttpStore } from '../../src/tracking/open-http-store.ts';
import { tempDirectory } from './temp-directory.ts';

const uid = 'far';

type Script = (answer: ServerResponse) => void | Promise<void>;

/** A client of a server that knows one run and does as the script says when it is asked for the run's events or output. */
async function openScripted(script: Script): Promise<HttpStore> {
  const server = createServer((incoming, answer) => {
    if (!/\/(?:events|output)\?/.test(incoming.url ?? '')) return void answer.end(JSON.stringify({ uid }));
    answer.writeHead(200, { 'content-type': 'application/octet-stream' });
    answer.flushHeaders();
    void script(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const store = openHttpStore({ server: { url }, project: 'demo', spoolDirectory: tempDirectory() });
  onTestFinished(async () => {
    await store.close();
    server.closeAllConnections();
    server.close();
  });
  return store;
}

const journal = [
  { kind: 'created', uid },
  { kind: 'owner', owner: { host: 'one', pid: 1 } },
  { kind: 'state', state: 'pending' },
  { kind: 'state', state: 'running' },
  { kind: 'metric', key: 'loss', value: 1 },
  { kind: 'commit', message: 'half of it' },
  { kind: 'state', state: 'error' },
  { kind: 'attempt', attempt: 2 },
  { kind: 'state', state: 'running' },
].map((event, index) => `${JSON.stringify({ seq: index + 1, time: 1, ...event })}\n`);

describe('a run that ended and went on', () => {
  it.each([false, true])('is read beyond its first end (follow: %s)', async (follow) => {
    let hasFirst = (): void => undefined;
    const first = new Promise<void>((resolve) => {
      hasFirst = resolve;
    });
    const store = await openScripted(async (answer) => {
      answer.write(journal.slice(0, 7).join(''));
      await first;
      answer.end(journal.slice(7).join(''));
    });
    const seqs: number[] = [];
    for await (const { seq } of store.events(uid, { follow })) {
      seqs.push(seq);
      if (seq === 7) hasFirst();
    }
    expect(seqs).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

/** Breaks an answer off after these bytes. */
const cut = (answer: ServerResponse, bytes: string | Uint8Array): void =>
  void answer.write(bytes, () => answer.socket?.end());

describe('what is followed through a proxy that cuts silent connections', () => {
  // more often than a server that is away is asked
  const cuts = 35;

  it('comes when there is something to say at last', async () => {
    let asked = 0;
    const store = await openScripted((answer) => {
      if (++asked <= cuts) answer.socket?.end();
      else answer.end('at last\n');
    });
    let output = '';
    for await (const bytes of store.logs(uid, { follow: true })) output += Buffer.from(bytes).toString();
    expect(output).toBe('at last\n');
    expect(asked).toBe(cuts + 1);
  });

  it('is whole also where the cut is within a letter', async () => {
    const line = `${JSON.stringify({ seq: 1, time: 1, kind: 'commit', message: 'für' })}\n`;
    const bytes = Buffer.from(line);
    let asked = 0;
    const store = await openScripted((answer) => {
      if (++asked === 1) cut(answer, bytes.subarray(0, bytes.indexOf('ü') + 1));
      else answer.end(line);
    });
    const messages: unknown[] = [];
    for await (const event of store.events(uid, { follow: true }))
      messages.push(event.kind === 'commit' && event.message);
    expect(messages).toEqual(['für']);
  });
});
