import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { isIntact } from '../../tracking/artifact-integrity.ts';
import { artifactDamaged } from '../../tracking/errors.ts';
import { packFolder, unpackFolder } from '../../tracking/http/folder-archive.ts';
import type { ArtifactQuery } from '../../tracking/store.ts';
import type { ProjectStores } from '../project-stores.ts';
import { requireKnown, requireReading, requireWriting } from '../request-access.ts';
import { projectPlace, runPlace } from './address-parts.ts';
import { readRequest, readStream } from './read-request.ts';

const artifact = v.object({
  project: v.string(),
  digest: v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256:<64 hex digits>')),
});

const artifactQuery = v.strictObject({
  kind: v.optional(v.picklist(['dataset', 'model', 'plot', 'table', 'file', 'dir'])),
  key: v.optional(v.string()),
  run: v.optional(v.string()),
  filter: v.optional(v.string()),
  limit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  all: v.optional(v.boolean()),
});

/** Artifacts: their files as tar streams under their digest, and what is known of them. */
export function artifactRoutes(api: FastifyInstance, stores: ProjectStores): void {
  fileRoutes(api, stores);

  api.post('/artifacts/resolve', async (request) => {
    const { store } = stores.open(readRequest(projectPlace, request.params).project);
    const { uri } = readRequest(v.strictObject({ uri: v.string() }), request.body);
    await requireReading(request, store, uri);
    return store.resolveArtifact(uri);
  });

  api.post('/artifacts/tag', async (request, reply) => {
    const { store } = stores.open(readRequest(projectPlace, request.params).project);
    const { uri, tag } = readRequest(v.strictObject({ uri: v.string(), tag: v.string() }), request.body);
    requireWriting(request, uri);
    await store.tagArtifact(uri, tag);
    return reply.status(204).send();
  });

  api.post('/search/artifacts', (request) => {
    const { store } = stores.open(readRequest(projectPlace, request.params).project);
    return store.searchArtifacts(readRequest(artifactQuery, request.body) as ArtifactQuery);
  });

  exchangeRoutes(api, stores);
}

function fileRoutes(api: FastifyInstance, stores: ProjectStores): void {
  api.get('/artifacts/:digest', async (request, reply) => {
    const place = readRequest(artifact, request.params);
    const { store } = stores.open(place.project);
    const folder = await store.artifactDirectory(place.digest);
    await requireKnown(request, store, place.digest);
    const { files = 'true' } = readRequest(
      v.object({ files: v.optional(v.picklist(['true', 'false'])) }),
      request.query,
    );
    // a client asks first whether it has to send or to fetch the artifact at all
    if (files === 'false') {
      await requireIntact(folder, place.digest);
      return reply.status(204).send();
    }
    return reply.type('application/x-tar').send(await packFolder(folder));
  });

  api.put('/artifacts/:digest', async (request, reply) => {
    const place = readRequest(artifact, request.params);
    const { directory } = readRequest(v.object({ directory: v.picklist(['true', 'false']) }), request.query);
    const { store } = stores.open(place.project);
    const archive = readStream(request.body, 'application/x-tar');
    const staging = await store.createStaging();
    try {
      await unpackFolder(archive, staging);
      const expected = { directory: directory === 'true', digest: place.digest };
      return await reply.status(201).send(await store.putArtifact(staging, expected));
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
  });
}

/** @throws ARTIFACT_DAMAGED */
async function requireIntact(folder: string, digest: string): Promise<void> {
  if (await isIntact(folder, { digest })) return;
  throw artifactDamaged(`the files of the artifact with digest "${digest}" are damaged`, {
    hint: 'run again what made it: the same content takes its place',
  });
}

/** Whole runs, with their trials and artifacts, out of one store and into another. */
function exchangeRoutes(api: FastifyInstance, stores: ProjectStores): void {
  api.get('/runs/:run/export', async (request, reply) => {
    const place = readRequest(runPlace, request.params);
    const folder = await mkdtemp(path.join(tmpdir(), 'slipway-export-'));
    const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
    try {
      const exported = path.join(folder, 'run');
      await stores.open(place.project).store.exportRun(place.run, exported);
      reply.raw.once('close', () => void remove());
      return await reply.type('application/x-tar').send(await packFolder(exported));
    } catch (error) {
      await remove();
      throw error;
    }
  });

  api.post('/imports', async (request) => {
    const { store } = stores.open(readRequest(projectPlace, request.params).project);
    const archive = readStream(request.body, 'application/x-tar');
    const folder = await mkdtemp(path.join(tmpdir(), 'slipway-import-'));
    try {
      await unpackFolder(archive, folder);
      return await store.importRun(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}
