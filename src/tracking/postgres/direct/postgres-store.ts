import { existsSync, rmSync } from 'node:fs';
import { createUid } from '../../../core/id.ts';
import { databaseUnreachable, journalConflict, runExists, runNotFound } from '../../errors.ts';
import type { CreatedEvent, EventBody, JournalEvent } from '../../journal-event.ts';
import { readWholeJournal } from '../../read-journal.ts';
import type { LocalReplicas } from '../../replicas.ts';
import type { RunStore, RunWriter } from '../../store.ts';
import { journalFile, runDirectory } from '../../store-layout.ts';
import { PostgresProject } from '../postgres-project.ts';
import type { PostgresTracking } from '../postgres-tracking.ts';
import { rows, type Work } from '../statement.ts';
import { appendJournals } from '../write/append-journals.ts';
import { BlockingDatabase } from './blocking-database.ts';
import { JournalShipper } from './journal-shipper.ts';

/** A local store of the same project, for this process alone. */
export interface PostgresSpool {
  readonly directory: string;
  readonly store: RunStore;
  readonly replicas: LocalReplicas;
}

export interface PostgresStoreOptions {
  readonly tracking: PostgresTracking;
  readonly url: string;
  readonly project: string;
  readonly spool: PostgresSpool;
  /** Milliseconds that `flush` and `close` wait for the database. @default 30000 */
  readonly flushMs?: number;
}

interface OpenRun {
  readonly shipper: JournalShipper;
  readonly stopWatch: AbortController;
}

/** Milliseconds between looks for new output, which the process writes past the journal. */
const outputPollMs = 200;

/**
 * A project's store straight on a database: whoever writes does so to a local store first, and its journals follow. Everything is read
 * from the database.
 */
export class PostgresStore extends PostgresProject implements RunStore {
  readonly #options: PostgresStoreOptions;
  readonly #blocking: BlockingDatabase;
  readonly #runs = new Map<string, OpenRun>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PostgresStoreOptions) {
    super(options.tracking, options.project);
    this.#options = options;
    this.#blocking = new BlockingDatabase(options.url);
  }

  createRun(created: Omit<CreatedEvent, 'kind'>): RunWriter {
    const { spool, project } = this.#options;
    const writer = spool.store.createRun(created);
    try {
      return this.#shipped(writer, this.#sendNow(writer.uid, 0) ?? 0);
    } catch (error) {
      writer.close();
      rmSync(runDirectory(spool.directory, project, created.uid), { recursive: true, force: true });
      if (!journalConflict.is(error)) throw error;
      throw runExists(`run "${created.uid}" exists already in project "${project}"`, {
        hint: `choose another uid, e.g. "${createUid()}"`,
      });
    }
  }

  openRun(uid: string): RunWriter {
    this.#catchUp(uid);
    const { events } = readWholeJournal(this.#journal(uid));
    return this.#shipped(this.#options.spool.store.openRun(uid), events.at(-1)?.seq ?? 0);
  }

  /**
   * Resolves when the database has everything that was written here.
   * @throws NOT_SHIPPED
   */
  async flush(): Promise<void> {
    for (const { shipper } of this.#runs.values()) await shipper.flush(this.#options.flushMs ?? 30_000);
  }

  async close(): Promise<void> {
    const { spool, tracking } = this.#options;
    try {
      await this.flush();
    } finally {
      clearInterval(this.#timer);
      for (const { shipper, stopWatch } of this.#runs.values()) {
        stopWatch.abort();
        await shipper.close();
      }
      await spool.replicas.close();
      await spool.store.close();
      await this.#blocking.close();
      await tracking.close();
    }
  }

  #shipped(local: RunWriter, sent: number): RunWriter {
    const { uid } = local;
    const shipper = this.#ship(uid, sent);
    return {
      get lastSeq(): number {
        return local.lastSeq;
      },
      uid,
      directory: local.directory,
      logFile: local.logFile,
      append(event: EventBody): JournalEvent {
        const appended = local.append(event);
        shipper.notify();
        return appended;
      },
      record: () => local.record(),
      close: () => {
        local.close();
        this.#runs.get(uid)?.stopWatch.abort();
        // whoever goes on with it reads the database next; the rest is on its way already
        this.#sendNow(uid, shipper.sent);
        shipper.notify();
      },
    };
  }

  #ship(uid: string, sent: number): JournalShipper {
    const { spool, project, tracking } = this.#options;
    const run = { spool: spool.directory, project, uid };
    const shipper = new JournalShipper(tracking.replicas(project), run, sent);
    const stopWatch = new AbortController();
    this.#runs.set(uid, { shipper, stopWatch });
    void this.#watchStop(uid, stopWatch.signal);
    this.#timer ??= setInterval(() => {
      for (const one of this.#runs.values()) one.shipper.notifyOfOutput();
    }, outputPollMs).unref();
    shipper.notify();
    return shipper;
  }

  /** Whoever runs it watches the local ledger, as for any run. */
  async #watchStop(uid: string, signal: AbortSignal): Promise<void> {
    try {
      const reason = await this.stopRequest(uid, signal);
      if (reason !== undefined) await this.#options.spool.store.requestStop(uid, reason);
    } catch (error) {
      // not in the database yet, or that is away: asked again while the run is open
      if (signal.aborted || !(databaseUnreachable.is(error) || runNotFound.is(error))) return;
      setTimeout(() => void this.#watchStop(uid, signal), 1000).unref();
    }
  }

  /** Sends events while this thread waits; gives the last one that is safe, or undefined where the database is away. */
  #sendNow(uid: string, sent: number): number | undefined {
    const events = readWholeJournal(this.#journal(uid)).events.filter(({ seq }) => seq > sent);
    const { project } = this.#options;
    try {
      const [outcome] = this.#blocking.transaction(appendJournals([{ project, uid, events }]));
      if (outcome && 'error' in outcome) throw outcome.error;
      return outcome?.lastSeq;
    } catch (error) {
      if (databaseUnreachable.is(error)) return undefined;
      throw error;
    }
  }

  /** Brings what others have written to the run into the local store, to go on after it. */
  #catchUp(uid: string): void {
    const { project, spool } = this.#options;
    const isHere = existsSync(this.#journal(uid));
    const lastSeq = isHere ? readWholeJournal(this.#journal(uid)).position.seq : 0;
    try {
      const bodies = this.#blocking.transaction(readBodies(project, uid, lastSeq));
      if (!isHere && bodies.length === 0)
        throw runNotFound(`run "${uid}" does not exist in project "${project}"`, {
          hint: '`slipway ps` lists the runs',
        });
      spool.replicas.take(
        uid,
        bodies.map((body) => JSON.parse(body) as JournalEvent),
      );
    } catch (error) {
      if (!isHere || !databaseUnreachable.is(error)) throw error;
    }
  }

  #journal(uid: string): string {
    return journalFile(this.#options.spool.directory, this.#options.project, uid);
  }
}

function* readBodies(project: string, uid: string, after: number): Work<readonly string[]> {
  const found = yield* rows<{ body: string }>(
    `SELECT e.body FROM journals j JOIN events e ON e.run = j.id
     WHERE j.project = $1 AND j.uid = $2 AND e.seq > $3 ORDER BY e.seq`,
    project,
    uid,
    after,
  );
  return found.map(({ body }) => body);
}
