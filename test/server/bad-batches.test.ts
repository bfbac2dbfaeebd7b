import { afterAll, beforeAll, expect, it } from 'vitest';
import { createUid } from '../../src/core/id.ts';
import { createdEvent, pointEvent } from '../support/journal-events.ts';
import type { TrackingServer } from '../support/start-tracking-server.ts';
import { tempFolder } from '../tracking/temp-directory.ts';
import { describeOnBothStores, type StartServer } from './on-both-stores.ts';

describeOnBothStores('batches of events that are none', testBatches);

const time = Date.now();
const created = (uid: string): object => createdEvent(uid, time);
const point = (seq: number): object => pointEvent(seq, time);

/** What comes as the second event of a sound run. */
const unsound: readonly object[] = [
  { kind: 'created', uid: 'other', project: 'demo' },
  { kind: 'created', name: 'far', runKind: 'run', params: {}, inputs: { data: null }, labels: {} },
  { kind: 'state' },
  { kind: 'state', state: 5 },
  { kind: 'param', value: 1 },
  { kind: 'input', key: 'data', input: null },
  { kind: 'result', key: 'a' },
  { kind: 'metric', value: 1 },
  { kind: 'metric', key: 'loss', value: { deep: 1 } },
  { kind: 'metric', key: 'loss', value: 1, context: 'none' },
  { kind: 'artifact' },
  { kind: 'artifact', artifact: { key: 'model' } },
  { kind: 'owner', owner: 'me' },
  { kind: 'trial', iteration: 'first', uid: 'x', state: 'running' },
  { kind: 'step', state: 'running' },
];

function testBatches(start: StartServer): void {
  let server: TrackingServer;
  const { directory, remove } = tempFolder();
  beforeAll(async () => {
    server = await start(directory);
  });
  afterAll(async () => {
    await server.stop();
    remove();
  });

  const ask = async (
    place: string,
    body: object,
  ): Promise<{ status: number; answer: Record<string, unknown> }> => {
    const response = await fetch(`${server.address.url}/api/v1/projects/demo${place}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.address.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
  };
  const send = (uid: string, events: readonly object[]): ReturnType<typeof ask> =>
    ask(`/runs/${uid}/events`, { events });
  const listed = async (): Promise<readonly string[]> => {
    const { status, answer } = await ask('/search/runs', { limit: 1000 });
    expect(status).toBe(200);
    return (answer.runs as readonly { uid: string }[]).map(({ uid }) => uid);
  };

  it('are refused with what is wrong, and spoil neither their run nor the searches of others', async () => {
    const [other, run] = [createUid(), createUid()];
    const refused: string[] = [];
    expect(await send(other, [created(other)])).toEqual({ status: 200, answer: { lastSeq: 1 } });
    expect((await send(run, [created(run)])).status).toBe(200);
    for (const body of unsound) {
      const bad = { seq: 2, time, ...body };
      const { status, answer } = await send(run, [bad, point(3)]);
      expect(status, JSON.stringify(body)).toBe(400);
      expect(answer.code).toBe('INVALID_QUERY');
      expect(answer.message).toContain('"events.0"');
      expect((await send(run, [point(2), { ...bad, seq: 3 }])).status).toBe(400);
      const fresh = createUid();
      refused.push(fresh);
      expect((await send(fresh, [created(fresh), bad])).status).toBe(400);
    }
    expect((await send(run, [])).answer).toEqual({ lastSeq: 1 });
    const found = await listed();
    expect(found).toEqual(expect.arrayContaining([other, run]));
    expect(found.filter((uid) => refused.includes(uid))).toEqual([]);
    expect((await send(run, [point(2)])).answer).toEqual({ lastSeq: 2 });
  });

  it('are refused where they leave something out, tell it twice or begin again', async () => {
    const run = createUid();
    const gap = { status: 409, answer: { code: 'JOURNAL_GAP', details: { lastSeq: 0 } } };
    expect(await send(run, [created(run), point(3)])).toMatchObject(gap);
    expect(await send(run, [created(run), point(2), { ...point(2), value: 7 }])).toMatchObject(gap);
    expect((await send(run, [])).answer).toEqual({ lastSeq: 0 });
    expect(await listed()).not.toContain(run);
    expect((await send(run, [created(run), point(2)])).answer).toEqual({ lastSeq: 2 });
    for (const seqs of [
      [3, 5],
      [3, 3],
      [3, 4, 3],
      [2, 4],
    ]) {
      const { status, answer } = await send(run, seqs.map(point));
      expect({ status, answer }, String(seqs)).toMatchObject({
        status: 409,
        answer: { code: 'JOURNAL_GAP', details: { lastSeq: 2 } },
      });
    }
    const again = await send(run, [point(2), { ...created(run), seq: 3 }]);
    expect(again).toMatchObject({ status: 409, answer: { code: 'JOURNAL_CONFLICT' } });
    expect((await send(run, [])).answer).toEqual({ lastSeq: 2 });
    expect(await listed()).toContain(run);
    expect((await send(run, [point(2), point(3)])).answer).toEqual({ lastSeq: 3 });
  });

  it('are taken where only a newer version knows what they are', async () => {
    const run = createUid();
    const kinds = ['mood', 'constructor', '__proto__', '__defineGetter__'];
    const events = kinds.map((kind, index) => ({ seq: index + 2, time, kind, level: { high: true } }));
    expect((await send(run, [created(run), ...events])).answer).toEqual({ lastSeq: kinds.length + 1 });
    expect(await listed()).toContain(run);
  });
}
