import { existsSync, rmSync } from 'node:fs';
import { isSlipwayError, type SlipwayError } from '../../core/error.ts';
import { createUid } from '../../core/id.ts';
import { parseStoreUri } from '../../core/store-uri.ts';
import { artifactNotFound, journalConflict, runExists, runNotFound, serverUnreachable } from '../errors.ts';
import type { CreatedEvent, JournalEvent } from '../journal-event.ts';
import { readWholeJournal } from '../read-journal.ts';
import type { LocalReplicas } from '../replicas.ts';
import { type ArtifactRecord, type NotificationDelivery, type RunRecord, terminalStates } from '../run.ts';
import type {
  ArtifactQuery,
  ArtifactRow,
  GarbageReport,
  KeptClaim,
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
import { reserveOutput } from './reserve-output.ts';
import type { FlushLimits } from './run-shipper.ts';
import type { ServedStore } from './served-store.ts';
import type { ServerAddress } from './server-address.ts';
import { serverClaims } from './server-claims.ts';
import { createServerClient, type ServerClient } from './server-client.ts';
import { shipArtifact } from './ship-artifact.ts';
import { type ShippedPart, Shipping } from './shipping.ts';

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
  /** Which runs that other processes begin in the spool are sent: those below the ones begun here, or all. @default 'family' */
  readonly adopts?: 'family' | 'all';
  /** Whether runs that are asked, at the server, to stop hear of it here; asking keeps the process alive. @default true */
  readonly watchesStops?: boolean;
  /** Milliseconds of them without an answer after which it counts as away. @default flushMs */
  readonly awayMs?: number;
  /** Hears, each time that the server does not answer, of what is kept to be sent later. */
  readonly onUnreachable?: (error: SlipwayError) => void;
  /** The server refuses a run for good, e.g. because somebody else has taken it over. */
  readonly onRefused?: (uid: string, error: unknown) => void;
}

/** A store on a tracking server. */
export interface HttpStore extends RunStore, ServedStore {
  /**
   * Resolves when the server has everything that was written here.
   * @throws NOT_SHIPPED
   */
  flush(limits?: FlushLimits): Promise<void>;
  /**
   * Brings a run here, so that a process of this machine goes on with its journal and output in the spool; what is written there is
   * sent. Gives the events so far.
   * @throws RUN_NOT_FOUND, SERVER_UNREACHABLE, SERVER_REFUSED
   */
  adoptRun(uid: string): Promise<readonly JournalEvent[]>;
  /**
   * Begins a run that a process of this machine goes on with in the spool, like `adoptRun`; one that is at the server already, begun by
   * who was to execute it before, is brought here. Gives the events so far.
   * @throws SERVER_UNREACHABLE, SERVER_REFUSED
   */
  beginRun(created: Omit<CreatedEvent, 'kind'>): Promise<readonly JournalEvent[]>;
  /**
   * Leaves a run to others, who go on with it elsewhere, once the server has what was written here.
   * @throws NOT_SHIPPED
   */
  leaveRun(uid: string): Promise<void>;
  /**
   * Sends a run's events while this thread waits, for a process that is about to end. Gives whether the server has all of them; one
   * that is away, or lacks the files of an artifact, does not.
   */
  sendNow(uid: string): boolean;
}

const defaultFlushMs = 30_000;

/** Milliseconds for which a server that did not answer in time is not waited for again by who begins a run. */
const silenceMs = 60_000;

/**
 * A project's store on a tracking server. Runs are written to a local store first, exactly as without a server, and their journals
 * follow in batches: a log call costs no more, and a server that is away for a while is caught up with. Everything is read from the
 * server, except what was written here and has not reached it yet.
 */
export function createHttpStore(options: HttpStoreOptions): HttpStore {
  return new RemoteStore(options);
}

class RemoteStore implements HttpStore {
  readonly project: string;
  readonly server: ServerAddress;
  readonly #spool: string;
  readonly #limits: FlushLimits;
  readonly #onUnreachable: (error: SlipwayError) => void;
  #silentUntil = 0;
  readonly #client: ServerClient;
  readonly #local: RunStore;
  readonly #replicas: LocalReplicas;
  readonly #shipping: Shipping;
  /** By run: bytes of output that only the server has. */
  readonly #elsewhere = new Map<string, number>();

  constructor({ server, project, spool, ...options }: HttpStoreOptions) {
    const { flushMs = defaultFlushMs, awayMs = flushMs, onUnreachable = () => undefined } = options;
    this.project = project;
    this.server = server;
    this.#spool = spool.directory;
    this.#limits = { withinMs: flushMs, awayMs };
    this.#onUnreachable = onUnreachable;
    this.#client = createServerClient(server, project);
    this.#local = spool.store;
    this.#replicas = spool.replicas;
    this.#shipping = new Shipping({
      client: this.#client,
      storeDirectory: spool.directory,
      project,
      // whoever runs it watches the local ledger, as for any run
      onStop: (uid, reason) => void this.#local.requestStop(uid, reason).catch(() => undefined),
      onUnreachable,
      ...(options.adopts ? { adopts: options.adopts } : {}),
      ...(options.watchesStops === undefined ? {} : { watchesStops: options.watchesStops }),
      ...(options.onRefused ? { onRefused: options.onRefused } : {}),
    });
  }

  createRun(created: Omit<CreatedEvent, 'kind'>): RunWriter {
    const writer = this.#local.createRun(created);
    try {
      return this.#shipped(writer, { sent: this.#announce(writer) });
    } catch (error) {
      writer.close();
      rmSync(runDirectory(this.#spool, this.project, created.uid), { recursive: true, force: true });
      throw journalConflict.is(error) ? uidTaken(created.uid, this.project) : error;
    }
  }

  openRun(uid: string): RunWriter {
    const part = this.#catchUp(uid);
    return this.#shipped(this.#local.openRun(uid), part);
  }

  async getRun(reference: string): Promise<RunRecord> {
    const ask = (): Promise<RunRecord> => this.#client.call('GET', `/runs/${encodeURIComponent(reference)}`);
    const here = (): Promise<RunRecord> => this.#local.getRun(reference);
    const { isPending, isWritten } = this.#shipping.status(reference);
    if (!isPending) return this.#orHere(ask, here);
    const own = await here();
    // of one that goes on elsewhere the server knows more
    return isWritten || terminalStates.has(own.state) ? own : this.#orHere(ask, async () => own);
  }

  searchRuns(query: RunQuery): Promise<RunPage> {
    return this.#client.call('POST', '/search/runs', { json: query });
  }

  async *events(
    reference: string,
    options: { after?: number; follow?: boolean; signal?: AbortSignal } = {},
  ): AsyncIterable<JournalEvent> {
    const { uid, state } = await this.getRun(reference);
    let after = options.after ?? 0;
    if (this.#isHere(uid, state)) {
      const left = this.#shipping.left(uid);
      for await (const event of this.#local.events(uid, { ...options, ...until(options.signal, left) })) {
        after = event.seq;
        yield event;
      }
      // from where it goes on elsewhere, the server knows
      if (!left?.aborted || options.signal?.aborted) return;
    }
    yield* followServerEvents(this.#client, uid, { ...options, after });
  }

  metricHistory(reference: string, key?: string): Promise<readonly MetricPoint[]> {
    const query = key === undefined ? '' : `?key=${encodeURIComponent(key)}`;
    return this.#client.call('GET', `/runs/${encodeURIComponent(reference)}/metrics${query}`);
  }

  async *logs(
    reference: string,
    options: { offset?: number; follow?: boolean; signal?: AbortSignal } = {},
  ): AsyncIterable<Uint8Array> {
    const { uid, state } = await this.getRun(reference);
    let offset = options.offset ?? 0;
    if (this.#isHere(uid, state)) {
      const left = this.#shipping.left(uid);
      for await (const bytes of this.#outputElsewhere(uid, offset)) {
        offset += bytes.length;
        yield bytes;
      }
      for await (const bytes of this.#local.logs(uid, {
        ...options,
        offset,
        ...until(options.signal, left),
      })) {
        offset += bytes.length;
        yield bytes;
      }
      if (!left?.aborted || options.signal?.aborted) return;
    }
    yield* followServerOutput(this.#client, uid, { ...options, offset });
  }

  /** Of a run's output what was written elsewhere before it came here: the local file only keeps its place. */
  async *#outputElsewhere(uid: string, from: number): AsyncGenerator<Uint8Array> {
    let left = (this.#elsewhere.get(uid) ?? 0) - from;
    if (left <= 0) return;
    for await (const bytes of followServerOutput(this.#client, uid, { offset: from })) {
      yield bytes.subarray(0, left);
      left -= bytes.length;
      if (left <= 0) return;
    }
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
    return this.#orHere(
      () => fetchArtifact(this.#client, this.#local, digest),
      () => this.#local.artifactDirectory(digest),
    );
  }

  async resolveArtifact(uri: string): Promise<ArtifactRecord> {
    parseStoreUri(uri);
    return this.#orHere(
      () => this.#client.call('POST', '/artifacts/resolve', { json: { uri } }),
      () => this.#local.resolveArtifact(uri),
    );
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
    if (this.#shipping.status(reference).isPending) await this.#local.requestStop(reference, reason);
    await this.#client.call('POST', `/runs/${encodeURIComponent(reference)}/stop`, { json: { reason } });
  }

  async noteNotification(reference: string, delivery: NotificationDelivery): Promise<void> {
    const path = `/runs/${encodeURIComponent(reference)}/notifications`;
    await this.#client.call('POST', path, { json: delivery });
  }

  claim(name: string, holder: string, leaseMs: number): Promise<string> {
    return serverClaims(this.#client).claim(name, holder, leaseMs);
  }

  keepClaim(claim: KeptClaim): { stop(): Promise<void> } {
    return serverClaims(this.#client).keepClaim(claim);
  }

  release(name: string, holder: string): Promise<void> {
    return serverClaims(this.#client).release(name, holder);
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

  flush(limits: FlushLimits = this.#limits): Promise<void> {
    return this.#shipping.flush(limits);
  }

  async adoptRun(uid: string): Promise<readonly JournalEvent[]> {
    const events: JournalEvent[] = [];
    for await (const event of followServerEvents(this.#client, uid, {})) events.push(event);
    const { size } = await this.#client.call<{ size: number }>('POST', `/runs/${uid}/output?offset=0`);
    const sent = this.#replicas.take(uid, events);
    if (reserveOutput(this.#spool, this.project, uid, size)) this.#elsewhere.set(uid, size);
    this.#shipping.adopt(uid, { sent, outputSent: size });
    return events;
  }

  async beginRun(created: Omit<CreatedEvent, 'kind'>): Promise<readonly JournalEvent[]> {
    const { uid } = created;
    this.#local.createRun(created).close();
    const { events } = readWholeJournal(this.#journal(uid));
    try {
      const { lastSeq } = await this.#client.call<{ lastSeq: number }>('POST', `/runs/${uid}/events`, {
        json: { events },
      });
      this.#shipping.adopt(uid, { sent: lastSeq });
      return events;
    } catch (error) {
      rmSync(runDirectory(this.#spool, this.project, uid), { recursive: true, force: true });
      if (!runExists.is(error)) throw error;
      return this.adoptRun(uid);
    }
  }

  leaveRun(uid: string): Promise<void> {
    return this.#shipping.leave(uid, this.#limits);
  }

  sendNow(uid: string): boolean {
    return this.#shipping.sendNow(uid);
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

  #shipped(writer: RunWriter, part?: ShippedPart): RunWriter {
    const shipper = this.#shipping.begin(writer.uid, part);
    return createHttpWriter(writer, shipper, () => this.#shipping.release(writer.uid));
  }

  /** Tells the server of a new run, which must be heard at once if the uid is taken. Gives the last event that the server has. */
  #announce({ uid, lastSeq }: RunWriter): number {
    if (performance.now() < this.#silentUntil) return 0;
    const { events } = readWholeJournal(this.#journal(uid));
    try {
      this.#client.callNow('POST', `/runs/${uid}/events`, { events });
      return lastSeq;
    } catch (error) {
      // a server that is away gets the run later
      if (!serverUnreachable.is(error) || !isSlipwayError(error)) throw error;
      this.#silentUntil = performance.now() + silenceMs;
      this.#onUnreachable(error);
      return 0;
    }
  }

  /** Whether the local store knows more of the run than the server. */
  #isHere(uid: string, state: RunRecord['state']): boolean {
    const { isPending, isWritten } = this.#shipping.status(uid);
    return isWritten || (isPending && terminalStates.has(state));
  }

  /** What the server says; of what has not come to it, be it away or behind, what the local store says. */
  async #orHere<Answer>(ask: () => Promise<Answer>, here: () => Promise<Answer>): Promise<Answer> {
    try {
      return await ask();
    } catch (error) {
      const isMissing = artifactNotFound.is(error) || runNotFound.is(error);
      if (!this.#shipping.hasPending || !(isMissing || serverUnreachable.is(error))) throw error;
      return await here().catch(() => {
        throw error;
      });
    }
  }

  /** Brings what others have written to the run into the local store, to go on after it. Gives what the server has. */
  #catchUp(uid: string): ShippedPart {
    const isHere = existsSync(this.#journal(uid));
    const lastSeq = isHere ? readWholeJournal(this.#journal(uid)).position.seq : 0;
    try {
      const path = `/runs/${encodeURIComponent(uid)}/events?after=${lastSeq}`;
      const lines = this.#client.callNow('GET', path).split('\n').filter(Boolean);
      this.#replicas.take(
        uid,
        lines.map((line) => JSON.parse(line) as JournalEvent),
      );
      const answer = this.#client.callNow('POST', `/runs/${encodeURIComponent(uid)}/output?offset=0`);
      const { size } = JSON.parse(answer) as { size: number };
      if (reserveOutput(this.#spool, this.project, uid, size)) this.#elsewhere.set(uid, size);
      return { outputSent: size };
    } catch (error) {
      if (!isHere || !serverUnreachable.is(error)) throw error;
      return {};
    }
  }

  #journal(uid: string): string {
    return journalFile(this.#spool, this.project, uid);
  }
}

/** Whatever fires first ends the following. */
function until(...signals: readonly (AbortSignal | undefined)[]): { readonly signal?: AbortSignal } {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length === 0 ? {} : { signal: AbortSignal.any(given) };
}

function uidTaken(uid: string, project: string): Error {
  return runExists(`run "${uid}" exists already in project "${project}"`, {
    hint: `choose another uid, e.g. "${createUid()}"`,
  });
}
