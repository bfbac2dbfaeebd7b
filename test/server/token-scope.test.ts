import { writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createUid } from '../../src/core/id.ts';
import type { HttpStore } from '../../src/tracking/http/http-store.ts';
import { openHttpStore } from '../../src/tracking/open-http-store.ts';
import type { ArtifactRecord } from '../../src/tracking/run.ts';
import type { TrackingServer } from '../support/start-tracking-server.ts';
import { tempFolder } from '../tracking/temp-directory.ts';
import { describeOnBothStores, type StartServer } from './on-both-stores.ts';

const writer = 'w'.repeat(20);
const reader = 'r'.repeat(20);
const other = 'o'.repeat(20);

describeOnBothStores('tokens of a server', testTokens);

function testTokens(start: StartServer): void {
  let server: TrackingServer;
  const { directory, remove } = tempFolder();
  const stores: HttpStore[] = [];
  beforeAll(async () => {
    const tokens = path.join(directory, 'tokens');
    writeFileSync(tokens, `${writer}\n${reader} read\n${other} project=elsewhere\n`);
    server = await start(path.join(directory, 'home'), ['--token-file', tokens]);
  });
  afterAll(async () => {
    for (const store of stores) await store.close();
    await server.stop();
    remove();
  });

  const open = (project: string, token: string): HttpStore => {
    const store = openHttpStore({
      server: { url: server.address.url, token },
      project,
      spoolDirectory: path.join(directory, `spool-${stores.length}`),
    });
    stores.push(store);
    return store;
  };
  const created = (project: string): Parameters<HttpStore['createRun']>[0] => ({
    uid: createUid(),
    name: 'train',
    project,
    runKind: 'run',
    params: {},
    inputs: {},
    labels: {},
  });
  const put = async (
    store: HttpStore,
    text: string,
  ): Promise<Pick<ArtifactRecord, 'digest' | 'files' | 'size'>> => {
    const staging = await store.createStaging();
    writeFileSync(path.join(staging, 'content.txt'), text);
    return store.putArtifact(staging, { directory: false });
  };
  /** An artifact of a run that has completed. */
  const make = async (store: HttpStore, key: string, text: string): Promise<ArtifactRecord> => {
    const stored = await put(store, text);
    const run = store.createRun(created(store.project));
    const uri = `store://${store.project}/${key}@${stored.digest}`;
    const artifact: ArtifactRecord = { key, kind: 'file', uri, producer: run.uid, ...stored };
    run.append({ kind: 'artifact', artifact });
    run.append({ kind: 'state', state: 'completed' });
    run.close();
    await store.flush();
    return artifact;
  };
  const ask = async (
    method: string,
    place: string,
    body?: object,
  ): Promise<{ status: number; code: string | undefined; message: string | undefined }> => {
    const response = await fetch(`${server.address.url}/api/v1/projects/elsewhere${place}`, {
      method,
      headers: { authorization: `Bearer ${other}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    const answer = (response.ok || text === '' ? {} : JSON.parse(text)) as {
      code?: string;
      message?: string;
    };
    return { status: response.status, code: answer.code, message: answer.message };
  };

  /** Sends an address as it is: `fetch` would leave out what follows a `#`. */
  const postTo = (place: string, token: string, body: object): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const sent = httpRequest(
        {
          port: new URL(server.address.url).port,
          method: 'POST',
          path: place,
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      sent.once('error', reject);
      sent.end(JSON.stringify(body));
    });

  it('for reading change nothing, however the address is written', async () => {
    const demo = open('demo', writer);
    const { producer } = await make(demo, 'kept', 'to stay');
    const trash = `/api/v1/projects/demo/runs/${producer}/trash`;
    for (const end of ['/search/runs', '/search/artifacts', '/artifacts/resolve'])
      for (const between of ['', '#', '?', ';', '%23', '%3f', '/..', '/', '//'])
        for (const start of [trash, '/api/v1/projects/demo/garbage']) {
          const status = await postTo(`${start}${between}${end}`, reader, { dryRun: false });
          expect([403, 404], `${start}${between}${end}`).toContain(status);
        }
    expect(await postTo(`${trash}#/search/runs`, reader, {})).toBe(403);
    expect(await demo.getRun(producer)).not.toHaveProperty('trashed');
    expect(await postTo(`${trash}#/search/runs`, writer, {})).toBe(204);
    expect(await demo.getRun(producer)).toHaveProperty('trashed', true);
  });

  it('for reading search, where the address is a search', async () => {
    const search = '/api/v1/projects/demo/search/runs';
    for (const end of ['', '?x=/garbage', '#/garbage'])
      expect(await postTo(`${search}${end}`, reader, {}), end).toBe(200);
    for (const address of [`${search}/`, `${search}//`, search.replace('search', 'SEARCH')])
      expect(await postTo(address, reader, {}), address).toBe(404);
    for (const address of [search.replace('/runs', '//runs'), search.replace('/runs', '%2fruns')])
      expect(await postTo(address, reader, {}), address).toBe(404);
    expect(await postTo(search.replace('search', '%73earch'), reader, {})).toBe(200);
  });

  it('for one project neither read nor change the artifacts of another', async () => {
    const demo = open('demo', writer);
    const before = await make(demo, 'secret', 'first');
    await demo.tagArtifact('store://demo/secret', 'production');
    const { digest } = await make(demo, 'secret', 'second');
    const refused = { status: 403, code: 'TOKEN_SCOPE', message: 'the token is not for project "demo"' };
    for (const uri of ['store://demo/secret', `store://demo/secret@${digest}`]) {
      expect(await ask('POST', '/artifacts/resolve', { uri })).toEqual(refused);
      expect(await ask('POST', '/artifacts/tag', { uri, tag: 'production' })).toEqual(refused);
    }
    for (const query of ['', '?files=false'])
      expect(await ask('GET', `/artifacts/${digest}${query}`)).toMatchObject({
        status: 404,
        code: 'ARTIFACT_NOT_FOUND',
      });
    expect((await ask('HEAD', `/artifacts/${digest}`)).status).toBe(404);
    expect(await demo.resolveArtifact('store://demo/secret:production')).toEqual(before);
    // a token for every project goes on reading what others made
    expect((await open('elsewhere', writer).resolveArtifact('store://demo/secret')).digest).toBe(digest);
  });

  it('for one project read what its runs take from another, pinned by digest', async () => {
    const { digest, uri, size } = await make(open('demo', writer), 'shared', `for all ${createUid()}`);
    const elsewhere = open('elsewhere', other);
    const run = elsewhere.createRun({
      ...created('elsewhere'),
      inputs: { data: { uri, digest, size } },
    });
    await elsewhere.flush();
    expect((await ask('POST', '/artifacts/resolve', { uri })).status).toBe(200);
    expect((await ask('GET', `/artifacts/${digest}`)).status).toBe(200);
    // what it takes is that version, not whatever comes next
    expect((await ask('POST', '/artifacts/resolve', { uri: 'store://demo/shared' })).status).toBe(403);
    expect((await ask('POST', '/artifacts/tag', { uri, tag: 'mine' })).status).toBe(403);
    run.append({ kind: 'state', state: 'completed' });
    run.close();
    await elsewhere.flush();
  });

  it('for one project read what was put for its runs, also where another project has the same', async () => {
    const same = `the same ${createUid()}`;
    const { digest } = await make(open('demo', writer), 'twin', same);
    expect((await ask('GET', `/artifacts/${digest}`)).status).toBe(404);
    expect((await put(open('elsewhere', other), same)).digest).toBe(digest);
    expect((await ask('GET', `/artifacts/${digest}`)).status).toBe(200);
    const own = await make(open('elsewhere', other), 'own', 'my own');
    expect((await ask('GET', `/artifacts/${own.digest}`)).status).toBe(200);
    expect((await ask('POST', '/artifacts/resolve', { uri: 'store://elsewhere/own' })).status).toBe(200);
    expect((await ask('POST', '/artifacts/tag', { uri: own.uri, tag: 'best' })).status).toBe(204);
  });
}
