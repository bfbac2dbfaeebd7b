import { type Clock, systemClock } from '../../core/clock.ts';
import { parseName, parseTag } from '../../core/name.ts';
import { parseStoreUri } from '../../core/store-uri.ts';
import { createStaging, findArtifactFolder, putArtifact } from '../artifact-files.ts';
import { noteUpload, wasUploaded } from '../artifact-uploads.ts';
import { runBusy } from '../errors.ts';
import type { ExportedRun } from '../exchange/export-manifest.ts';
import { writeExport } from '../exchange/write-export.ts';
import type { JournalEvent } from '../journal-event.ts';
import { findDescendants } from '../queries/descendants.ts';
import { resolveArtifact, searchArtifacts } from '../queries/search-artifacts.ts';
import { searchRuns } from '../queries/search-runs.ts';
import { type ArtifactRecord, hasEnded, type NotificationDelivery, type RunRecord } from '../run.ts';
import type { RunOverlay } from '../run-overlay.ts';
import type {
  ArtifactQuery,
  ArtifactRow,
  GarbageReport,
  MetricPoint,
  RunPage,
  RunQuery,
  ServedStore,
  StoredArtifact,
} from '../store.ts';
import { collectGarbage } from './collect-garbage.ts';
import { importRun, writeRunFiles } from './exchange-run.ts';
import type { PostgresTracking } from './postgres-tracking.ts';
import { followEvents, followOutput } from './read/follow-rows.ts';
import { readPoints } from './read/read-points.ts';
import { type RunPlace, RunRows } from './read/run-rows.ts';
import { rows, type Work } from './statement.ts';
import { addFacts, type RunFact } from './write/add-facts.ts';
import { releaseClaim, takeClaim } from './write/claims.ts';

/** Longest reason that a stop request keeps; characters. */
const maxReason = 500;
/** Milliseconds after which to look for a stop request although nothing was told. */
const stopPollMs = 1000;

/** A project's runs in a database, with their artifacts in a folder. */
export class PostgresProject implements ServedStore {
  readonly project: string;
  readonly #tracking: PostgresTracking;
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #rows: RunRows;

  constructor(tracking: PostgresTracking, project: string, clock: Clock = systemClock) {
    this.project = parseName('project', project);
    this.#tracking = tracking;
    this.#directory = tracking.artifacts;
    this.#clock = clock;
    this.#rows = new RunRows(tracking.database, project, clock);
  }

  async getRun(reference: string): Promise<RunRecord> {
    return this.#rows.record(await this.#rows.find(reference));
  }

  async searchRuns(query: RunQuery): Promise<RunPage> {
    const parent = query.parent === undefined ? undefined : (await this.#rows.find(query.parent)).uid;
    return this.#rows.ask(searchRuns(this.project, parent === undefined ? query : { ...query, parent }));
  }

  async *events(
    reference: string,
    options: { after?: number; follow?: boolean; signal?: AbortSignal } = {},
  ): AsyncIterable<JournalEvent> {
    const place = await this.#rows.find(reference);
    const isOver = (): Promise<boolean> => this.#rows.isOver(place);
    yield* followEvents(this.#tracking, place.id, { ...options, isOver });
  }

  async *logs(
    reference: string,
    options: { offset?: number; follow?: boolean; signal?: AbortSignal } = {},
  ): AsyncIterable<Uint8Array> {
    const place = await this.#rows.find(reference);
    const isOver = (): Promise<boolean> => this.#rows.isOver(place);
    yield* followOutput(this.#tracking, place.id, { ...options, isOver });
  }

  async metricHistory(reference: string, key?: string): Promise<readonly MetricPoint[]> {
    const { id } = await this.#rows.find(reference);
    return readPoints(this.#tracking.database, id, key);
  }

  createStaging(): Promise<string> {
    return createStaging(this.#directory);
  }

  async putArtifact(
    stagingDirectory: string,
    options: { directory: boolean; digest?: string },
  ): Promise<StoredArtifact> {
    const stored = await putArtifact(this.#directory, stagingDirectory, options);
    await noteUpload(this.#directory, this.project, stored.digest);
    return stored;
  }

  async artifactDirectory(digest: string): Promise<string> {
    return findArtifactFolder(this.#directory, digest);
  }

  async mentionsArtifact(digest: string): Promise<boolean> {
    if (await wasUploaded(this.#directory, this.project, digest)) return true;
    const found = await this.#tracking.database.query({
      text: `SELECT FROM mentions m JOIN journals j ON j.id = m.run WHERE m.digest = $2 AND j.project = $1
        UNION ALL SELECT FROM tags WHERE project = $1 AND digest = $2 LIMIT 1`,
      values: [this.project, digest],
    });
    return found.length > 0;
  }

  async resolveArtifact(uri: string): Promise<ArtifactRecord> {
    return this.#rows.askAsIs(resolveArtifact(parseStoreUri(uri)));
  }

  async searchArtifacts(query: ArtifactQuery): Promise<readonly ArtifactRow[]> {
    const run = query.run === undefined ? undefined : (await this.#rows.find(query.run)).uid;
    return this.#rows.askAsIs(searchArtifacts(this.project, run === undefined ? query : { ...query, run }));
  }

  async tagArtifact(uri: string, tag: string): Promise<void> {
    parseTag(tag);
    const { project, key } = parseStoreUri(uri);
    const { digest } = await this.resolveArtifact(uri);
    await this.#tracking.database.transaction(() => addTag({ project, key, tag, digest }, this.#clock));
  }

  async setLabels(reference: string, labels: Readonly<Record<string, string | null>>): Promise<void> {
    const { uid } = await this.#rows.find(reference);
    await this.#addFacts(
      Object.entries(labels).map(([key, value]): RunFact => ({ kind: 'label', uid, key, value })),
    );
  }

  /** Its trials and steps go with it. Throws `RUN_BUSY` while it runs. */
  async trashRun(reference: string): Promise<void> {
    const place = await this.#rows.find(reference);
    if (!(await this.#rows.isOver(place))) throw notEnded(place.uid);
    await this.#addFacts((await this.#family(place)).map((uid) => ({ kind: 'trash', uid })));
  }

  async restoreRun(reference: string): Promise<void> {
    const family = await this.#family(await this.#rows.find(reference));
    await this.#addFacts(family.map((uid) => ({ kind: 'restore', uid })));
  }

  /** A run that has ended already is left alone; one that is lost may go on where it cannot be seen. */
  async requestStop(reference: string, reason: string): Promise<void> {
    const place = await this.#rows.find(reference);
    if (hasEnded(await this.#rows.record(place))) return;
    const { project } = this;
    const fact = { kind: 'stop', uid: place.uid, reason: reason.slice(0, maxReason) } as const;
    const clock = this.#clock;
    await this.#tracking.database.transaction(function* (): Work<void> {
      yield* rows('UPDATE journals SET stop = $2 WHERE id = $1', place.id, fact.reason);
      yield* addFacts(project, [fact], clock);
    });
  }

  /** Resolves with the reason once the run is asked to stop, or with undefined when the signal fires. */
  async stopRequest(reference: string, signal: AbortSignal): Promise<string | undefined> {
    const { id } = await this.#rows.find(reference);
    const changes = await this.#tracking.feed.watch(id);
    try {
      while (!signal.aborted) {
        const [found] = (await this.#tracking.database.query({
          text: 'SELECT stop FROM journals WHERE id = $1',
          values: [id],
        })) as readonly { stop: string | null }[];
        if (found && found.stop !== null) return found.stop;
        await changes.next(stopPollMs, signal);
      }
      return undefined;
    } finally {
      changes.close();
    }
  }

  async noteNotification(reference: string, delivery: NotificationDelivery): Promise<void> {
    const { uid } = await this.#rows.find(reference);
    const { error, ...rest } = delivery;
    const short = error && { code: error.code, message: error.message.slice(0, maxReason) };
    await this.#addFacts([
      { kind: 'notification', uid, delivery: { ...rest, ...(short === undefined ? {} : { error: short }) } },
    ]);
  }

  claim(name: string, holder: string, leaseMs: number): Promise<string> {
    const { project } = this;
    return this.#tracking.database.transaction(() => takeClaim({ project, name, holder }, leaseMs));
  }

  async release(name: string, holder: string): Promise<void> {
    const { project } = this;
    await this.#tracking.database.transaction(() => releaseClaim({ project, name, holder }));
  }

  collectGarbage(options: { dryRun: boolean; olderThanMs?: number }): Promise<GarbageReport> {
    return collectGarbage({ ...options, ...this.#place });
  }

  async exportRun(reference: string, directory: string): Promise<void> {
    const place = await this.#rows.find(reference);
    const uids = await this.#family(place);
    if (!(await this.#rows.isOver(place))) throw notEnded(place.uid);
    const artifacts = new Set<string>();
    const runs: ExportedRun[] = [];
    for (const uid of uids) {
      for (const { digest } of await this.searchArtifacts({ run: uid })) artifacts.add(digest);
      runs.push({ uid, ...(await this.#laterLabels(uid)) });
    }
    await writeExport({
      storeDirectory: this.#directory,
      target: directory,
      manifest: {
        apiVersion: 'slipway/v1',
        kind: 'RunExport',
        project: this.project,
        uid: place.uid,
        runs,
        artifacts: [...artifacts],
      },
      writeRun: async (uid, folder) =>
        writeRunFiles(this.#tracking.database, await this.#rows.find(uid), folder),
    });
  }

  async importRun(directory: string): Promise<RunRecord> {
    return this.getRun(await importRun({ ...this.#place, source: directory }));
  }

  get #place(): {
    database: PostgresTracking['database'];
    storeDirectory: string;
    project: string;
    clock: Clock;
  } {
    const { database } = this.#tracking;
    return { database, storeDirectory: this.#directory, project: this.project, clock: this.#clock };
  }

  async #family({ uid }: RunPlace): Promise<readonly string[]> {
    return [uid, ...(await this.#rows.ask(findDescendants(this.project, uid)))];
  }

  async #addFacts(facts: readonly RunFact[]): Promise<void> {
    if (facts.length > 0)
      await this.#tracking.database.transaction(() => addFacts(this.project, facts, this.#clock));
  }

  async #laterLabels(uid: string): Promise<Pick<ExportedRun, 'labels'>> {
    const [found] = (await this.#tracking.database.query({
      text: 'SELECT overlay FROM overlays WHERE project = $1 AND uid = $2',
      values: [this.project, uid],
    })) as readonly { overlay: string }[];
    const { labels } = found ? (JSON.parse(found.overlay) as RunOverlay) : {};
    return labels ? { labels } : {};
  }
}

function* addTag(
  { project, key, tag, digest }: { project: string; key: string; tag: string; digest: string },
  clock: Clock,
): Work<void> {
  yield* rows(
    `INSERT INTO tags (project, key, tag, digest) VALUES ($1, $2, $3, $4)
     ON CONFLICT (project, md5(key), tag) DO UPDATE SET digest = excluded.digest`,
    ...[project, key, tag, digest],
  );
  const time = clock.now();
  yield* rows(
    "INSERT INTO facts (project, kind, time, fact) VALUES ($1, 'tag', $2, $3)",
    ...[project, Math.round(time), JSON.stringify({ time, kind: 'tag', key, tag, digest })],
  );
}

function notEnded(uid: string): Error {
  return runBusy(`run "${uid}" has not ended`, { hint: `wait for it, or stop it: \`slipway stop ${uid}\`` });
}
