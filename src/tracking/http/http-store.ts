import { existsSync, rmSync } from 'node:fs';
import { createUid } from '../../core/id.ts';
import { parseStoreUri } from '../../core/store-uri.ts';
import { journalConflict, runExists, serverUnreachable } from '../errors.ts';
import type { CreatedEvent, JournalEvent } from '../journal-event.ts';
import { readWholeJournal } from '../read-journal.ts';
import type { LocalReplicas } from '../replicas.ts';
import type { ArtifactRecord, RunRecord } from '../run.ts';
import type {
  ArtifactQuery,
  ArtifactRow,
  GarbageReport,
  MetricPoint,
  RunPage,
  RunQuery,
  RunStore,
  RunWriter,
  StoredArtifact,
} from '../store.ts';
import { journalFile, runDirectory } from '../store-layout.ts';
import { exportFromServer, importToServer } from './exchange-run.ts';
import { fetchArtifact } from './fetch-artifact.ts';
import { followServerEvents, followServerOutput } from './follow-server.ts';
import { createHttpWriter } from './http-writer.ts';
import type { ServerAddress } from './server-address.ts';
import { createServerClient, type ServerClient } from './server-client.ts';
import { shipArtifact } from './ship-artifact.ts';
import { Shipping } from './shipping.ts';

/** A local store of the same project, for this client alone. */
export interface Spool {
  readonly directory: string;
  readonly store: RunStore;
  readonly replicas: LocalReplicas;
}

export interface HttpStoreOptions {
  readonly server: ServerAddress;
  readonly project: string;
  /** Takes everything first; what could not be sent stays there for `slipway sync`. */
  readonly spool: Spool;
  /** Milliseconds that `flush` and `close` wait for the server. @default 30000 */
  readonly flushMs?: number;
}

/** A store on a tracking server. */
export interface HttpStore extends RunStore {
  /**
   * Resolves when the server has everything that was written here.
   * @throws NOT_SHIPPED
   */
  flush(): Promise<void>;
}

const defaultFlushMs = 30_000;

/**
 * A project's store on a tracking server. Runs are written to a local store first, exactly as without a server, and their journals
 * follow in batches: a log call costs no more, and a server that is away for a while is caught up with. Everything is read from the server.
 */
export function createHttpStore(options: HttpStoreOptions): HttpStore {
  return new RemoteStore(options);
}

class RemoteStore implements HttpStore {
  readonly project: string;
  readonly #spool: string;
  readonly #flushMs: number;
  readonly #client: ServerClient;
  readonly #local: RunStore;
  readonly #replicas: LocalReplicas;
  readonly #shipping: Shipping;

  constructor({ server, project, spool, flushMs = defaultFlushMs }: HttpStoreOptions) {
    this.project = project;
    this.#spool = spool.directory;
    this.#flushMs = flushMs;
    this.#client = createServerClient(server, project);
    this.#local = spool.store;
    this.#replicas = spool.replicas;
    this.#shipping = new Shipping({
      client: this.#client,
      storeDirectory: spool.directory,
      project,
      // whoever runs it watches the local ledger, as for any run
      onStop: (uid, reason) => void this.#local.requestStop(uid, reason).catch(() => undefined),
    });
  }

  createRun(created: Omit<CreatedEvent, 'kind'>): RunWriter {
    const writer = this.#local.createRun(created);
    let sent = 0;
    try {
      const { events } = readWholeJournal(this.#journal(created.uid));
      this.#client.callNow('POST', `/runs/${created.uid}/events`, { events });
      sent = writer.lastSeq;
    } catch (error) {
      // a server that is away gets the run later; one that has it already is heard at once
      if (!serverUnreachable.is(error)) {
        writer.close();
        rmSync(runDirectory(this.#spool, this.project, created.uid), { recursive: true, force: true });
        throw journalConflict.is(error) ? uidTaken(created.uid, this.project) : error;
      }
    }
    return this.#shipped(writer, sent);
  }

  openRun(uid: string): RunWriter {
    this.#catchUp(uid);
    return this.#shipped(this.#local.openRun(uid));
  }

  getRun(reference: string): Promise<RunRecord> {
    return this.#client.call('GET', `/runs/${encodeURIComponent(reference)}`);
  }

  searchRuns(query: RunQuery): Promise<RunPage> {
    return this.#client.call('POST', '/search/runs', { json: query });
  }

  async *events(
    reference: string,
    options: { after?: number; follow?: boolean; signal?: AbortSignal } = {},
  ): AsyncIterable<JournalEvent> {
    const { uid } = await this.getRun(reference);
    yield* followServerEvents(this.#client, uid, options);
  }

  metricHistory(reference: string, key?: string): Promise<readonly MetricPoint[]> {
    const query = key === undefined ? '' : `?key=${encodeURIComponent(key)}`;
    return this.#client.call('GET', `/runs/${encodeURIComponent(reference)}/metrics${query}`);
  }

  async *logs(
    reference: string,
    options: { offset?: number; follow?: boolean; signal?: AbortSignal } = {},
  ): AsyncIterable<Uint8Array> {
    const { uid } = await this.getRun(reference);
    yield* followServerOutput(this.#client, uid, options);
  }

  createStaging(): Promise<string> {
    return this.#local.createStaging();
  }

  /** A server that is away gets the files later, before the event that names them. */
  async putArtifact(
    stagingDirectory: string,
    options: { directory: boolean; digest?: string },
  ): Promise<StoredArtifact> {
    const stored = await this.#local.putArtifact(stagingDirectory, options);
    await shipArtifact(this.#client, this.#spool, stored).catch((error: unknown) => {
      if (!serverUnreachable.is(error)) throw error;
    });
    return stored;
  }

  /** What is gone at the server counts as gone, whatever is still here. */
  async artifactDirectory(digest: string): Promise<string> {
    return fetchArtifact(this.#client, this.#local, digest);
  }

  resolveArtifact(uri: string): Promise<ArtifactRecord> {
    parseStoreUri(uri);
    return this.#client.call('POST', '/artifacts/resolve', { json: { uri } });
  }

  searchArtifacts(query: ArtifactQuery): Promise<readonly ArtifactRow[]> {
    return this.#client.call('POST', '/search/artifacts', { json: query });
  }

  async tagArtifact(uri: string, tag: string): Promise<void> {
    await this.#client.call('POST', '/artifacts/tag', { json: { uri, tag } });
  }

  async setLabels(reference: string, labels: Readonly<Record<string, string | null>>): Promise<void> {
    await this.#client.call('PATCH', `/runs/${encodeURIComponent(reference)}/labels`, { json: labels });
  }

  async trashRun(reference: string): Promise<void> {
    await this.#client.call('POST', `/runs/${encodeURIComponent(reference)}/trash`);
  }

  async restoreRun(reference: string): Promise<void> {
    await this.#client.call('POST', `/runs/${encodeURIComponent(reference)}/restore`);
  }

  async requestStop(reference: string, reason: string): Promise<void> {
    await this.#client.call('POST', `/runs/${encodeURIComponent(reference)}/stop`, { json: { reason } });
  }

  collectGarbage(options: { dryRun: boolean; olderThanMs?: number }): Promise<GarbageReport> {
    return this.#client.call('POST', '/garbage', { json: options });
  }

  exportRun(reference: string, directory: string): Promise<void> {
    return exportFromServer(this.#client, reference, directory);
  }

  importRun(directory: string): Promise<RunRecord> {
    return importToServer(this.#client, directory);
  }

  flush(): Promise<void> {
    return this.#shipping.flush(this.#flushMs);
  }

  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.#shipping.close();
      await this.#replicas.close();
      await this.#local.close();
      await this.#client.close();
    }
  }

  #shipped(writer: RunWriter, sent?: number): RunWriter {
    const shipper = this.#shipping.begin(writer.uid, sent);
    return createHttpWriter(writer, shipper, () => this.#shipping.end(writer.uid));
  }

  /** Brings what others have written to the run into the local store, to go on after it. */
  #catchUp(uid: string): void {
    const isHere = existsSync(this.#journal(uid));
    const lastSeq = isHere ? readWholeJournal(this.#journal(uid)).position.seq : 0;
    try {
      const path = `/runs/${encodeURIComponent(uid)}/events?after=${lastSeq}`;
      const lines = this.#client.callNow('GET', path).split('\n').filter(Boolean);
      this.#replicas.take(
        uid,
        lines.map((line) => JSON.parse(line) as JournalEvent),
      );
    } catch (error) {
      if (!isHere || !serverUnreachable.is(error)) throw error;
    }
  }

  #journal(uid: string): string {
    return journalFile(this.#spool, this.project, uid);
  }
}

function uidTaken(uid: string, project: string): Error {
  return runExists(`run "${uid}" exists already in project "${project}"`, {
    hint: `choose another uid, e.g. "${createUid()}"`,
  });
}
