import { statSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import { type Clock, systemClock } from '../../core/clock.ts';
import { parseName, parseTag } from '../../core/name.ts';
import { parseStoreUri, type StoreUri } from '../../core/store-uri.ts';
import { createStaging, findArtifactFolder, putArtifact } from '../artifact-files.ts';
import { noteUpload, wasUploaded } from '../artifact-uploads.ts';
import { runBusy } from '../errors.ts';
import type { ExportedRun } from '../exchange/export-manifest.ts';
import { writeExport } from '../exchange/write-export.ts';
import { type FollowOptions, followJournal } from '../follow-journal.ts';
import { followLog } from '../follow-log.ts';
import type { CreatedEvent, JournalEvent } from '../journal-event.ts';
import { Ledger } from '../ledger.ts';
import type { ArtifactRecord, NotificationDelivery, RunRecord } from '../run.ts';
import type {
  ArtifactQuery,
  ArtifactRow,
  GarbageReport,
  LedgerFact,
  MetricPoint,
  RunPage,
  RunQuery,
  RunStore,
  RunWriter,
  ServedStore,
  StoredArtifact,
} from '../store.ts';
import { claimsDirectory, isRunFolderName, journalFile, ledgerFile, runDirectory } from '../store-layout.ts';
import { folderClaims } from './claims.ts';
import { collectGarbage } from './collect-garbage.ts';
import { importRun } from './import-run.ts';
import type { IndexedProject } from './index/advance-index.ts';
import { RunIndex } from './index/run-index.ts';
import { createWriter, takeOverWriter, type WriterContext } from './open-writer.ts';
import { findRecentArtifact } from './recent-artifact.ts';
import { RunReader } from './run-reader.ts';

export interface LocalStoreOptions {
  /** The store's folder, usually `.slipway`; made on first write. */
  readonly directory: string;
  readonly project: string;
  readonly clock?: Clock;
}

/**
 * Opens the store in a folder: journals and ledger are the truth, an SQLite index answers searches. Costs next to nothing: files
 * are opened, and SQLite is loaded, when a call needs them. Any number of processes may use the same folder.
 */
export function openLocalStore(options: LocalStoreOptions): RunStore & ServedStore {
  return new LocalStore(options);
}

/** Longest reason that a stop request, or a notification that failed, keeps; characters. */
const maxReason = 500;

class LocalStore implements RunStore, ServedStore {
  readonly project: string;
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #ledger: Ledger;
  /** This project, and others of the store that artifact URIs lead to. */
  readonly #projects = new Map<string, IndexedProject>();
  readonly #reader: RunReader;
  readonly #index: RunIndex;
  readonly #claims: Pick<RunStore, 'claim' | 'release'>;

  constructor({ directory, project, clock = systemClock }: LocalStoreOptions) {
    this.project = parseName('project', project);
    this.#directory = path.resolve(directory);
    this.#clock = clock;
    this.#ledger = this.#indexed(project).ledger;
    this.#reader = new RunReader(this.#directory, project, this.#ledger, clock);
    this.#claims = folderClaims(claimsDirectory(this.#directory, project));
    this.#index = new RunIndex(this.#directory, (name) => this.#indexed(name));
  }

  createRun(created: Omit<CreatedEvent, 'kind'>): RunWriter {
    return createWriter(this.#writing(), created);
  }

  openRun(uid: string): RunWriter {
    return takeOverWriter(this.#writing(), uid);
  }

  async getRun(reference: string): Promise<RunRecord> {
    return this.#reader.record(this.#find(reference));
  }

  async searchRuns(query: RunQuery): Promise<RunPage> {
    const parent = query.parent === undefined ? undefined : this.#find(query.parent);
    return this.#index.searchRuns(this.project, parent === undefined ? query : { ...query, parent });
  }

  async *events(
    reference: string,
    options: { after?: number; follow?: boolean; signal?: AbortSignal } = {},
  ): AsyncIterable<JournalEvent> {
    const uid = this.#find(reference);
    const isOver = (): boolean => this.#reader.isOver(uid);
    yield* followJournal(journalFile(this.#directory, this.project, uid), {
      ...options,
      isOver,
    } as FollowOptions);
  }

  async metricHistory(reference: string, key?: string): Promise<readonly MetricPoint[]> {
    return this.#index.points(this.project, this.#find(reference), key);
  }

  async *logs(
    reference: string,
    options: { offset?: number; follow?: boolean; signal?: AbortSignal } = {},
  ): AsyncIterable<Uint8Array> {
    const uid = this.#find(reference);
    const file = path.join(runDirectory(this.#directory, this.project, uid), 'output.log');
    yield* followLog(file, { ...options, hasEnded: () => this.#reader.isOver(uid) });
  }

  async putArtifact(
    stagingDirectory: string,
    options: { directory: boolean; digest?: string },
  ): Promise<StoredArtifact> {
    const stored = await putArtifact(this.#directory, stagingDirectory, options);
    await noteUpload(this.#directory, this.project, stored.digest);
    return stored;
  }

  createStaging(): Promise<string> {
    return createStaging(this.#directory);
  }

  async artifactDirectory(digest: string): Promise<string> {
    return findArtifactFolder(this.#directory, digest);
  }

  async mentionsArtifact(digest: string): Promise<boolean> {
    if (await wasUploaded(this.#directory, this.project, digest)) return true;
    return this.#index.mentionsArtifact(this.project, digest);
  }

  async resolveArtifact(uri: string): Promise<ArtifactRecord> {
    return this.#resolve(parseStoreUri(uri));
  }

  async searchArtifacts(query: ArtifactQuery): Promise<readonly ArtifactRow[]> {
    const run = query.run === undefined ? undefined : this.#find(query.run);
    return this.#index.searchArtifacts(this.project, run === undefined ? query : { ...query, run });
  }

  async tagArtifact(uri: string, tag: string): Promise<void> {
    parseTag(tag);
    const { project, key } = parseStoreUri(uri);
    const { digest } = this.#resolve(parseStoreUri(uri));
    this.#indexed(project).ledger.append({ kind: 'tag', key, tag, digest });
  }

  async setLabels(reference: string, labels: Readonly<Record<string, string | null>>): Promise<void> {
    const uid = this.#find(reference);
    this.#ledger.append(
      ...Object.entries(labels).map(([key, value]): LedgerFact => ({ kind: 'label', uid, key, value })),
    );
  }

  /** Its trials and steps go with it. Throws `RUN_BUSY` while it runs. */
  async trashRun(reference: string): Promise<void> {
    const uid = this.#find(reference);
    if (!this.#reader.isOver(uid)) throw notEnded(uid);
    const uids = [uid, ...this.#index.descendants(this.project, uid)];
    this.#ledger.append(...uids.map((one): LedgerFact => ({ kind: 'trash', uid: one })));
  }

  async restoreRun(reference: string): Promise<void> {
    const uid = this.#find(reference);
    const uids = [uid, ...this.#index.descendants(this.project, uid)];
    this.#ledger.append(...uids.map((one): LedgerFact => ({ kind: 'restore', uid: one })));
  }

  /** A run that has ended already is left alone. */
  async requestStop(reference: string, reason: string): Promise<void> {
    const uid = this.#find(reference);
    if (!this.#reader.hasEnded(uid))
      this.#ledger.append({ kind: 'stop', uid, reason: reason.slice(0, maxReason) });
  }

  async noteNotification(reference: string, delivery: NotificationDelivery): Promise<void> {
    const uid = this.#find(reference);
    const { error, ...rest } = delivery;
    const short = error && { code: error.code, message: error.message.slice(0, maxReason) };
    this.#ledger.append({
      kind: 'notification',
      uid,
      delivery: { ...rest, ...(short === undefined ? {} : { error: short }) },
    });
  }

  claim(name: string, holder: string, leaseMs: number): Promise<string> {
    return this.#claims.claim(name, holder, leaseMs);
  }

  release(name: string, holder: string): Promise<void> {
    return this.#claims.release(name, holder);
  }

  collectGarbage(options: { dryRun: boolean; olderThanMs?: number }): Promise<GarbageReport> {
    return collectGarbage({ ...options, ...this.#indexed(this.project) });
  }

  async exportRun(reference: string, directory: string): Promise<void> {
    const uid = this.#find(reference);
    const uids = [uid, ...this.#index.descendants(this.project, uid)];
    if (!this.#reader.isOver(uid)) throw notEnded(uid);
    const artifacts = uids.flatMap((run) =>
      this.#index.searchArtifacts(this.project, { run }).map(({ digest }) => digest),
    );
    const runs = uids.map((one) => ({ uid: one, ...this.#laterLabels(one) }));
    const { project } = this;
    await writeExport({
      storeDirectory: this.#directory,
      target: directory,
      writeRun: (one, folder) =>
        cp(runDirectory(this.#directory, project, one), folder, {
          recursive: true,
          preserveTimestamps: true,
        }),
      manifest: {
        apiVersion: 'slipway/v1',
        kind: 'RunExport',
        project,
        uid,
        runs,
        artifacts: [...new Set(artifacts)],
      },
    });
  }

  async importRun(directory: string): Promise<RunRecord> {
    const uid = await importRun({ ...this.#indexed(this.project), source: directory });
    return this.#reader.record(uid);
  }

  async close(): Promise<void> {
    this.#index.close();
    for (const { ledger } of this.#projects.values()) ledger.close();
  }

  /** The uid of a reference; a whole uid is known by its folder, without the index. */
  #find(reference: string): string {
    const folder = runDirectory(this.#directory, this.project, reference);
    const exact = isRunFolderName(reference) && statSync(folder, { throwIfNoEntry: false });
    return exact ? reference : this.#index.findRun(this.project, reference);
  }

  #resolve(uri: StoreUri): ArtifactRecord {
    return findRecentArtifact(this.#indexed(uri.project), uri) ?? this.#index.resolveArtifact(uri);
  }

  #indexed(name: string): IndexedProject {
    let project = this.#projects.get(name);
    if (!project) {
      const ledger = new Ledger(ledgerFile(this.#directory, name), this.#clock);
      project = { storeDirectory: this.#directory, project: name, ledger, clock: this.#clock };
      this.#projects.set(name, project);
    }
    return project;
  }

  #writing(): WriterContext {
    return {
      ...this.#indexed(this.project),
      readChildren: (draft) => this.#reader.children(draft),
    };
  }

  #laterLabels(uid: string): Pick<ExportedRun, 'labels'> {
    const labels = this.#reader.overlay(uid)?.labels;
    return labels ? { labels } : {};
  }
}

function notEnded(uid: string): Error {
  return runBusy(`run "${uid}" has not ended`, { hint: `wait for it, or stop it: \`slipway stop ${uid}\`` });
}
