import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import type { ProjectStores } from '../project-stores.ts';
import { projectPlace } from './address-parts.ts';
import { readRequest } from './read-request.ts';

/** Longest that a claim lasts without a sign of life; milliseconds. */
const longestLeaseMs = 3_600_000;

const name = v.pipe(v.string(), v.minLength(1), v.maxLength(200));
const holder = v.pipe(v.string(), v.minLength(1), v.maxLength(1000));
const leaseMs = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(longestLeaseMs));

/** Rights to be the only one who does something, for clients of any machine. */
export function claimRoutes(api: FastifyInstance, stores: ProjectStores): void {
  api.post('/claims', async (request) => {
    const { store } = stores.open(readRequest(projectPlace, request.params).project);
    const wanted = readRequest(v.strictObject({ name, holder, leaseMs }), request.body);
    return { holder: await store.claim(wanted.name, wanted.holder, wanted.leaseMs) };
  });

  api.post('/claims/release', async (request, reply) => {
    const { store } = stores.open(readRequest(projectPlace, request.params).project);
    const given = readRequest(v.strictObject({ name, holder }), request.body);
    await store.release(given.name, given.holder);
    return reply.status(204).send();
  });
}
