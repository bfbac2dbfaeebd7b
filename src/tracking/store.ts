import type { Json } from '../core/json.ts';
import type { CreatedEvent, EventBody, JournalEvent, ProcessIdentity } from './journal-event.ts';
import type { ArtifactKind, ArtifactRecord, NotificationDelivery, RunRecord } from './run.ts';

/**
 * Where runs and artifacts are kept: `local` (journals in `.slipway/`), `http` (our server), `postgres` (behind it).
 * Every adapter passes the same contract suite.
 */
export interface RunStore {
  readonly project: string;
  /** Starts a run's journal. Refuses a uid that exists (`RUN_EXISTS`). */
  createRun(created: Omit<CreatedEvent, 'kind'>): RunWriter;
  /** Takes over the journal of an existing run: cuts an unterminated last line, goes on after the last seq. */
  openRun(uid: string): RunWriter;
  /** The record of a run by uid, by a prefix of it that fits one run only, or by `@last`. Throws `RUN_NOT_FOUND`, `RUN_AMBIGUOUS`. */
  getRun(reference: string): Promise<RunRecord>;
  searchRuns(query: RunQuery): Promise<RunPage>;
  /** The run's events after `after`; with `follow`, goes on until the run has ended or the signal fires. */
  events(
    uid: string,
    options?: { after?: number; follow?: boolean; signal?: AbortSignal },
  ): AsyncIterable<JournalEvent>;
  metricHistory(uid: string, key?: string): Promise<readonly MetricPoint[]>;
  /** The run's output (stdout and stderr as they came) from a byte offset; with `follow`, until the run has ended. */
  logs(
    uid: string,
    options?: { offset?: number; follow?: boolean; signal?: AbortSignal },
  ): AsyncIterable<Uint8Array>;

  /**
   * Moves a finished staging folder into the store, under the digest of its content; whole or not at all.
   * `directory` says whether the artifact is a folder even if it holds one file; with `digest`, content of another one is
   * refused (`ARTIFACT_DAMAGED`).
   */
  putArtifact(
    stagingDirectory: string,
    options: { directory: boolean; digest?: string },
  ): Promise<StoredArtifact>;
  /** A new empty folder on the store's own disk, to fill and hand to `putArtifact`. */
  createStaging(): Promise<string>;
  /** Local folder that holds the files of an artifact, fetched first where the store is remote. Throws `ARTIFACT_NOT_FOUND`. */
  artifactDirectory(digest: string): Promise<string>;
  /** What `store://project/key[:tag][@digest]` stands for now. Throws `ARTIFACT_NOT_FOUND` naming the nearest key. */
  resolveArtifact(uri: string): Promise<ArtifactRecord>;
  searchArtifacts(query: ArtifactQuery): Promise<readonly ArtifactRow[]>;
  /** Gives an artifact a tag (`store://project/key:tag`); a tag names one digest per key, the last one given. */
  tagArtifact(uri: string, tag: string): Promise<void>;

  setLabels(uid: string, labels: Readonly<Record<string, string | null>>): Promise<void>;
  trashRun(uid: string): Promise<void>;
  restoreRun(uid: string): Promise<void>;
  /** Asks a run to stop: its owner sees the request within a second. One that has ended is left alone; one that is lost is asked too. */
  requestStop(uid: string, reason: string): Promise<void>;
  /** Notes what became of a notification about the run; what is noted last about one name and state counts. */
  noteNotification(uid: string, delivery: NotificationDelivery): Promise<void>;
  /**
   * Takes, or keeps for longer, the right to be the only one who does something. It is lost when it is released, when `leaseMs`
   * have passed without being taken again, and with the process that the holder is. Gives who has it now: `holder`, or another one.
   */
  claim(name: string, holder: string, leaseMs: number): Promise<string>;
  /**
   * Keeps a right that was taken, by a sign of life every `everyMs` also while this thread stands still. Absent where a claim lives as
   * long as the process does. Whoever stops it waits for that before giving the right back.
   */
  keepClaim?(claim: KeptClaim): { stop(): Promise<void> };
  /** Gives a right back; nothing happens where `holder` has it not. */
  release(name: string, holder: string): Promise<void>;
  /** Removes trashed runs and what nothing refers to any more; with `dryRun`, only says what would go. */
  collectGarbage(options: { dryRun: boolean; olderThanMs?: number }): Promise<GarbageReport>;
  exportRun(uid: string, directory: string): Promise<void>;
  importRun(directory: string): Promise<RunRecord>;
  close(): Promise<void>;
}

/** What a server gives out of a store; runs reach it as replicas. */
export interface ServedStore extends Omit<RunStore, 'createRun' | 'openRun' | 'close'> {
  /** Whether the project has anything to do with an artifact of the store: a run or a tag of it names the digest, or it put the files. */
  mentionsArtifact(digest: string): Promise<boolean>;
}

/** A right that is to be kept. */
export interface KeptClaim {
  readonly name: string;
  readonly holder: string;
  readonly leaseMs: number;
  /** Milliseconds between two signs of life. */
  readonly everyMs: number;
}

/**
 * The one writer of a run's journal. `append` is synchronous and costs microseconds: what it returned from
 * survives kill -9. `state` and `artifact` events are also synced to disk.
 */
export interface RunWriter {
  readonly uid: string;
  readonly lastSeq: number;
  /** Folder of the run; `logFile` inside it takes the output. */
  readonly directory: string;
  readonly logFile: string;
  append(event: EventBody): JournalEvent;
  /** Registers what the store must know about the run at once (its folder, a state, an artifact); called by append itself. */
  record(): RunRecord;
  /** Writes run.json when the run has ended, and lets go of the file. */
  close(): void;
}

export interface MetricPoint {
  readonly key: string;
  readonly value: number | string;
  readonly step?: number;
  /** ISO 8601 */
  readonly time: string;
  readonly context?: Readonly<Record<string, string>>;
}

export interface RunQuery {
  /** Search language: `metrics.accuracy > 0.9 and params.depth in (4, 8) order by …`. */
  readonly filter?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** `metrics.accuracy desc, createdAt`; default newest first. */
  readonly orderBy?: string;
  readonly limit?: number;
  readonly pageToken?: string;
  /** Also trials and steps. */
  readonly all?: boolean;
  readonly trashed?: boolean;
  readonly parent?: string;
}

export interface RunPage {
  readonly runs: readonly RunRecord[];
  readonly nextPageToken?: string;
}

export interface StoredArtifact {
  readonly digest: string;
  readonly size: number;
  readonly files: readonly string[];
}

export interface ArtifactQuery {
  readonly kind?: ArtifactKind;
  readonly key?: string;
  readonly run?: string;
  readonly filter?: string;
  readonly limit?: number;
  /** Every version, not only the latest of each key. */
  readonly all?: boolean;
}

export interface ArtifactRow extends ArtifactRecord {
  readonly project: string;
  readonly tags: readonly string[];
  readonly createdAt: string;
}

export interface GarbageReport {
  readonly runs: readonly string[];
  readonly artifacts: readonly { readonly digest: string; readonly size: number }[];
  readonly bytes: number;
  readonly dryRun: boolean;
}

/** A fact about runs or artifacts that is not the run's own; one line of the project's ledger. */
export type LedgerFact =
  | { readonly kind: 'run'; readonly uid: string }
  | { readonly kind: 'changed'; readonly uid: string; readonly state: string }
  | { readonly kind: 'artifact'; readonly key: string; readonly digest: string; readonly uid: string }
  | { readonly kind: 'tag'; readonly key: string; readonly tag: string; readonly digest: string }
  | { readonly kind: 'label'; readonly uid: string; readonly key: string; readonly value: Json }
  | { readonly kind: 'trash' | 'restore' | 'purge'; readonly uid: string }
  | { readonly kind: 'stop'; readonly uid: string; readonly reason: string }
  | { readonly kind: 'notification'; readonly uid: string; readonly delivery: NotificationDelivery }
  /** `seq` is the last event that was there; a run that writes on afterwards is not lost. */
  | {
      readonly kind: 'lost';
      readonly uid: string;
      readonly owner: ProcessIdentity;
      readonly reason: string;
      readonly seq?: number;
    };

export type LedgerLine = LedgerFact & { readonly time: number };
