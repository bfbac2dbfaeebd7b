import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { writeFileAtomic } from '../../core/atomic-file.ts';
import { type Clock, isoTime, systemClock } from '../../core/clock.ts';
import { enterFlight } from '../../pipelines/cache/flight.ts';
import type { ProcessIdentity } from '../../tracking/journal-event.ts';
import { folderClaims } from '../../tracking/local/claims.ts';
import { currentProcess, isAlive } from '../../tracking/process-identity.ts';
import type { NamedNotification } from './notification-entry.ts';
import { outboxFolder } from './outbox-folder.ts';

/** A notification about a run that is not settled: kept until it is sent, so that it outlives the process that is to send it. */
export interface OutboxItem {
  readonly uid: string;
  readonly notification: NamedNotification;
  /** Told of when the run begins, or when it has ended. */
  readonly moment: 'begin' | 'end';
  /** Who looks after it; nobody while it waits for another process to try again. */
  readonly owner?: ProcessIdentity;
  readonly attempts: number;
  /** ISO 8601 */
  readonly createdAt: string;
  /** It is tried again only on request. */
  readonly failed?: boolean;
}

/** Milliseconds after which an item of another machine counts as left behind: whether that lives cannot be asked. */
const remoteSilenceMs = 24 * 3_600_000;

/** The notifications of a project that are to be sent: a small file each. Names secrets, never holds them. */
export class Outbox {
  readonly #folder: string;
  readonly #clock: Clock;

  constructor(place: { storeDirectory: string; project: string; clock?: Clock }) {
    this.#folder = outboxFolder(place.storeDirectory, place.project);
    this.#clock = place.clock ?? systemClock;
  }

  /** Adds an item that this process looks after. */
  add(item: Pick<OutboxItem, 'uid' | 'notification' | 'moment'>): OutboxItem {
    const added = { ...item, owner: currentProcess(), attempts: 0, createdAt: isoTime(this.#clock.now()) };
    this.save(added);
    return added;
  }

  save(item: OutboxItem): void {
    writeFileAtomic(this.#file(item), JSON.stringify(item));
  }

  remove(item: OutboxItem): void {
    rmSync(this.#file(item), { force: true });
  }

  /** Whether there may be anything; costs next to nothing. */
  isEmpty(): boolean {
    return !existsSync(this.#folder) || !readdirSync(this.#folder).some(isItem);
  }

  items(): readonly OutboxItem[] {
    if (!existsSync(this.#folder)) return [];
    return readdirSync(this.#folder)
      .filter(isItem)
      .sort()
      .flatMap((name) => this.#read(path.join(this.#folder, name)) ?? []);
  }

  /** Takes over the items that nobody looks after, so that no other process sends them, too. */
  async adopt(
    signal: AbortSignal,
    wanted: (item: OutboxItem) => boolean = () => true,
  ): Promise<readonly OutboxItem[]> {
    if (this.isEmpty()) return [];
    const store = folderClaims(path.join(this.#folder, '.locks'));
    const { release } = await enterFlight({ store, name: 'adopt' }, signal);
    try {
      return this.items()
        .filter((item) => this.#isFree(item) && wanted(item))
        .map((item) => {
          const own = { ...item, owner: currentProcess() };
          this.save(own);
          return own;
        });
    } finally {
      await release();
    }
  }

  #isFree({ owner, createdAt }: OutboxItem): boolean {
    if (owner === undefined) return true;
    return isAlive(owner) === undefined
      ? this.#clock.now() - Date.parse(createdAt) > remoteSilenceMs
      : !isAlive(owner);
  }

  #read(file: string): OutboxItem | undefined {
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as OutboxItem;
    } catch (error) {
      // sent and removed by another process meanwhile
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  #file({ uid, notification, moment }: Pick<OutboxItem, 'uid' | 'notification' | 'moment'>): string {
    return path.join(this.#folder, `${uid}~${notification.name}~${moment}.json`);
  }
}

const isItem = (name: string): boolean => name.endsWith('.json');
