import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import type { NotificationDelivery } from '../../tracking/run.ts';
import type { ProjectStores } from '../project-stores.ts';
import { runPlace } from './address-parts.ts';
import { readRequest } from './read-request.ts';

const states = ['created', 'pending', 'running', 'completed', 'error', 'aborted', 'lost', 'skipped'] as const;

const delivery = v.strictObject({
  name: v.pipe(v.string(), v.maxLength(63)),
  kind: v.picklist(['console', 'webhook', 'slack', 'mail']),
  on: v.picklist(states),
  state: v.picklist(['pending', 'sent', 'failed', 'skipped']),
  attempts: v.pipe(v.number(), v.integer(), v.minValue(0)),
  at: v.pipe(v.string(), v.isoTimestamp()),
  error: v.optional(v.strictObject({ code: v.pipe(v.string(), v.maxLength(63)), message: v.string() })),
});

/** What became of the notifications about a run: whoever sends them says so. */
export function notificationRoutes(api: FastifyInstance, stores: ProjectStores): void {
  api.post('/runs/:run/notifications', async (request, reply) => {
    const place = readRequest(runPlace, request.params);
    const noted = readRequest(delivery, request.body) as NotificationDelivery;
    await stores.open(place.project).store.noteNotification(place.run, noted);
    return reply.status(204).send();
  });
}
