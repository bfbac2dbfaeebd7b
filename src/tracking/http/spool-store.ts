import { parseStoreUri } from '../../core/store-uri.ts';
import { artifactNotFound, runNotFound, serverUnreachable } from '../errors.ts';
import type { ArtifactRecord } from '../run.ts';
import type { RunStore, RunWriter } from '../store.ts';
import { fetchArtifact } from './fetch-artifact.ts';
import type { ServedStore } from './served-store.ts';
import type { ServerAddress } from './server-address.ts';
import { serverClaims } from './server-claims.ts';
import { createServerClient, type ServerClient } from './server-client.ts';

export interface SpoolStoreOptions {
  readonly server: ServerAddress;
  readonly project: string;
  /** Takes everything that is written; another process brings it to the server. */
  readonly local: RunStore;
}

/**
 * The store of a process whose runs somebody else brings to a server: what it writes stays in the local store, artifacts and runs
 * that are not there are read from the server.
 */
export function createSpoolStore({ server, project, local }: SpoolStoreOptions): RunStore & ServedStore {
  const client = createServerClient(server, project);
  const own: ArtifactRecord[] = [];
  const noted = (writer: RunWriter): RunWriter => noteArtifacts(writer, (artifact) => own.push(artifact));
  return {
    ...bound(local),
    server,
    project,
    createRun: (created) => noted(local.createRun(created)),
    openRun: (uid) => noted(local.openRun(uid)),
    resolveArtifact: (uri) => resolveArtifact({ client, local, own }, uri),
    artifactDirectory: (digest) =>
      local.artifactDirectory(digest).catch((error: unknown) => {
        if (!artifactNotFound.is(error)) throw error;
        return fetchArtifact(client, local, digest);
      }),
    getRun: (reference) =>
      orAsk(local.getRun(reference), () => client.call('GET', `/runs/${encodeURIComponent(reference)}`)),
    searchRuns: (query) => client.call('POST', '/search/runs', { json: query }),
    searchArtifacts: (query) => client.call('POST', '/search/artifacts', { json: query }),
    tagArtifact: async (uri, tag) => {
      await client.call('POST', '/artifacts/tag', { json: { uri, tag } });
    },
    ...serverClaims(client),
    async close() {
      await local.close();
      await client.close();
    },
  };
}

interface Places {
  readonly client: ServerClient;
  readonly local: RunStore;
  /** What this process has made, oldest first. */
  readonly own: readonly ArtifactRecord[];
}

/** What this process has just made may not have come to the server yet; of everything else the server knows which is the latest. */
async function resolveArtifact({ client, local, own }: Places, uri: string): Promise<ArtifactRecord> {
  const { project, key, tag, digest } = parseStoreUri(uri);
  const made = own.findLast(
    (artifact) => artifact.key === key && (digest ?? artifact.digest) === artifact.digest,
  );
  if (made && project === local.project && tag === undefined) return made;
  try {
    return await client.call<ArtifactRecord>('POST', '/artifacts/resolve', { json: { uri } });
  } catch (error) {
    if (!serverUnreachable.is(error)) throw error;
    return local.resolveArtifact(uri).catch(() => {
      throw error;
    });
  }
}

function noteArtifacts(writer: RunWriter, onArtifact: (artifact: ArtifactRecord) => void): RunWriter {
  return {
    get uid(): string {
      return writer.uid;
    },
    get lastSeq(): number {
      return writer.lastSeq;
    },
    directory: writer.directory,
    logFile: writer.logFile,
    append(event) {
      if (event.kind === 'artifact') onArtifact(event.artifact);
      return writer.append(event);
    },
    record: () => writer.record(),
    close: () => writer.close(),
  };
}

async function orAsk<Answer>(here: Promise<Answer>, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await here;
  } catch (error) {
    if (runNotFound.is(error)) return ask();
    throw error;
  }
}

/** The members of a store, which may be those of a class, as an object's own. */
function bound(store: RunStore): RunStore {
  return {
    project: store.project,
    createRun: (created) => store.createRun(created),
    openRun: (uid) => store.openRun(uid),
    getRun: (reference) => store.getRun(reference),
    searchRuns: (query) => store.searchRuns(query),
    events: (uid, options) => store.events(uid, options),
    metricHistory: (uid, key) => store.metricHistory(uid, key),
    logs: (uid, options) => store.logs(uid, options),
    putArtifact: (staging, options) => store.putArtifact(staging, options),
    createStaging: () => store.createStaging(),
    artifactDirectory: (digest) => store.artifactDirectory(digest),
    resolveArtifact: (uri) => store.resolveArtifact(uri),
    searchArtifacts: (query) => store.searchArtifacts(query),
    tagArtifact: (uri, tag) => store.tagArtifact(uri, tag),
    setLabels: (uid, labels) => store.setLabels(uid, labels),
    trashRun: (uid) => store.trashRun(uid),
    restoreRun: (uid) => store.restoreRun(uid),
    requestStop: (uid, reason) => store.requestStop(uid, reason),
    noteNotification: (uid, delivery) => store.noteNotification(uid, delivery),
    claim: (name, holder, leaseMs) => store.claim(name, holder, leaseMs),
    ...(store.keepClaim === undefined ? {} : { keepClaim: store.keepClaim.bind(store) }),
    release: (name, holder) => store.release(name, holder),
    collectGarbage: (options) => store.collectGarbage(options),
    exportRun: (uid, directory) => store.exportRun(uid, directory),
    importRun: (directory) => store.importRun(directory),
    close: () => store.close(),
  };
}
