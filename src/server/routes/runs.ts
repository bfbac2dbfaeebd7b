import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import type { RunQuery } from '../../tracking/store.ts';
import type { ProjectStores } from '../project-stores.ts';
import { projectPlace, runPlace, wholeText } from './address-parts.ts';
import { goneSignal, readRequest } from './read-request.ts';

const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
const texts = v.record(v.string(), v.string());

const runQuery = v.strictObject({
  filter: v.optional(v.string()),
  labels: v.optional(texts),
  orderBy: v.optional(v.string()),
  limit: v.optional(whole),
  pageToken: v.optional(v.string()),
  all: v.optional(v.boolean()),
  trashed: v.optional(v.boolean()),
  parent: v.optional(v.string()),
});

/** Longest that a client may wait for a stop request in one go; milliseconds. Proxies cut longer silences. */
const longestWaitMs = 30_000;

/** Runs: finding, reading, changing what is not the run's own. */
export function runRoutes(api: FastifyInstance, stores: ProjectStores): void {
  api.get('/runs/:run', (request) => {
    const place = readRequest(runPlace, request.params);
    return stores.open(place.project).store.getRun(place.run);
  });

  api.post('/search/runs', (request) => {
    const { store } = stores.open(readRequest(projectPlace, request.params).project);
    return store.searchRuns(readRequest(runQuery, request.body) as RunQuery);
  });

  api.get('/runs/:run/metrics', (request) => {
    const place = readRequest(runPlace, request.params);
    const { key } = readRequest(v.object({ key: v.optional(v.string()) }), request.query);
    return stores.open(place.project).store.metricHistory(place.run, key);
  });

  api.patch('/runs/:run/labels', async (request, reply) => {
    const place = readRequest(runPlace, request.params);
    const labels = readRequest(v.record(v.string(), v.nullable(v.string())), request.body);
    await stores.open(place.project).store.setLabels(place.run, labels);
    return reply.status(204).send();
  });

  for (const change of ['trash', 'restore'] as const)
    api.post(`/runs/:run/${change}`, async (request, reply) => {
      const place = readRequest(runPlace, request.params);
      const { store } = stores.open(place.project);
      await (change === 'trash' ? store.trashRun(place.run) : store.restoreRun(place.run));
      return reply.status(204).send();
    });

  api.post('/garbage', (request) => {
    const { store } = stores.open(readRequest(projectPlace, request.params).project);
    const body = readRequest(
      v.strictObject({ dryRun: v.boolean(), olderThanMs: v.optional(whole) }),
      request.body,
    );
    return store.collectGarbage({
      dryRun: body.dryRun,
      ...(body.olderThanMs === undefined ? {} : { olderThanMs: body.olderThanMs }),
    });
  });

  stopRoutes(api, stores);
}

/** A stop request is left at the run, and waited for by who runs it. */
function stopRoutes(api: FastifyInstance, stores: ProjectStores): void {
  api.post('/runs/:run/stop', async (request, reply) => {
    const place = readRequest(runPlace, request.params);
    const { reason } = readRequest(v.strictObject({ reason: v.string() }), request.body);
    await stores.open(place.project).store.requestStop(place.run, reason);
    return reply.status(204).send();
  });

  api.get('/runs/:run/stop', async (request, reply) => {
    const place = readRequest(runPlace, request.params);
    const { wait = 0 } = readRequest(v.object({ wait: v.optional(wholeText) }), request.query);
    const over = AbortSignal.timeout(Math.min(wait, longestWaitMs));
    const signal = AbortSignal.any([over, goneSignal(reply)]);
    const reason = await stores.open(place.project).stopRequest(place.run, signal);
    return reason === undefined ? {} : { reason };
  });
}
