import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import type { JournalEvent } from '../../tracking/journal-event.ts';
import { furthestTime, isSoundEvent, unsoundField } from '../../tracking/sound-event.ts';
import type { ProjectStores } from '../project-stores.ts';
import { runPlace, wholeText } from './address-parts.ts';
import { goneSignal, readRequest, readStream } from './read-request.ts';
import { withSignsOfLife } from './signs-of-life.ts';

const flag = v.pipe(
  v.picklist(['true', 'false']),
  v.transform((text) => text === 'true'),
);

const event = v.pipe(
  v.looseObject({
    seq: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
    time: v.pipe(v.number(), v.minValue(0), v.maxValue(furthestTime)),
    kind: v.string(),
  }),
  v.check(
    (found) => unsoundField(found) === undefined,
    ({ input }) => unsoundField(input) ?? '',
  ),
);
const events = v.object({ events: v.array(event) });

/** The events of a body. There are many, so that only a body in which one is wrong is looked at field by field. */
function readEvents(body: unknown): readonly JournalEvent[] {
  const { events: found } = (body ?? {}) as { events?: unknown };
  if (Array.isArray(found) && found.every((one) => isSoundEvent(one) && one.time >= 0)) return found;
  return readRequest(events, body).events as unknown as JournalEvent[];
}

/** Most bytes of output in one request. */
const outputLimit = 16 * 1024 * 1024;

/** Journals and output: taken in from who runs, given out to who looks. */
export function journalRoutes(api: FastifyInstance, stores: ProjectStores): void {
  api.post('/runs/:run/events', (request) => {
    const place = readRequest(runPlace, request.params);
    return stores.open(place.project).replicas.receive(place.run, readEvents(request.body));
  });

  api.post('/runs/:run/output', async (request) => {
    const place = readRequest(runPlace, request.params);
    const { offset } = readRequest(v.object({ offset: wholeText }), request.query);
    // no body at all asks how much there is
    const body = readStream(request.body ?? Readable.from([]), 'application/octet-stream');
    const bytes = await readBytes(body, outputLimit);
    return stores.open(place.project).replicas.receiveLog(place.run, offset, bytes);
  });

  api.get('/runs/:run/events', async (request, reply) => {
    const place = readRequest(runPlace, request.params);
    const { after = 0, follow = false } = readRequest(
      v.object({ after: v.optional(wholeText), follow: v.optional(flag) }),
      request.query,
    );
    const { store } = stores.open(place.project);
    // a run that does not exist is an answer of its own, not the end of a stream
    const { uid } = await store.getRun(place.run);
    const found = store.events(uid, { after, follow, signal: goneSignal(reply) });
    return reply.type('application/x-ndjson').send(Readable.from(withSignsOfLife(lines(found))));
  });

  api.get('/runs/:run/output', async (request, reply) => {
    const place = readRequest(runPlace, request.params);
    const { offset = 0, follow = false } = readRequest(
      v.object({ offset: v.optional(wholeText), follow: v.optional(flag) }),
      request.query,
    );
    const { store } = stores.open(place.project);
    const { uid } = await store.getRun(place.run);
    const output = store.logs(uid, { offset, follow, signal: goneSignal(reply) });
    return reply.type('application/octet-stream').send(Readable.from(output, { objectMode: false }));
  });
}

async function* lines(found: AsyncIterable<JournalEvent>): AsyncGenerator<string> {
  for await (const event of found) yield `${JSON.stringify(event)}\n`;
}

async function readBytes(body: Readable, limit: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += (chunk as Buffer).length;
    if (size > limit)
      throw Object.assign(new Error(`output comes in parts of ${limit} bytes at most`), { statusCode: 413 });
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
