import type { Clock } from '../../../core/clock.ts';
import { runNotFound } from '../../errors.ts';
import type { JournalEvent, ProcessIdentity } from '../../journal-event.ts';
import { lostReason } from '../../lost-run.ts';
import { findRun } from '../../queries/find-run.ts';
import { answer, type Query } from '../../queries/query.ts';
import { type RecordRow, readRecord } from '../../queries/read-run.ts';
import { type RunRecord, type RunState, terminalStates } from '../../run.ts';
import type { RunDraft } from '../../run-draft.ts';
import { isLost, overlaidRecord, type RunOverlay } from '../../run-overlay.ts';
import type { Database } from '../database.ts';
import { numbered, rows, type Work } from '../statement.ts';
import { addFacts } from '../write/add-facts.ts';
import { foldSound } from '../write/fold-sound.ts';
import { projectRuns } from '../write/project-runs.ts';

/** Most runs that are brought up to their journals in one transaction. */
const mostRuns = 50;

/** A run of the project: the number of its journal, and its uid. */
export interface RunPlace {
  readonly id: number;
  readonly uid: string;
}

interface Current {
  readonly draft: RunDraft;
  readonly overlay: RunOverlay | undefined;
  readonly corrupt: string | null;
  /** When somebody last told that it lives. */
  readonly told: number;
}

interface LiveRow {
  readonly id: number;
  readonly uid: string;
  readonly state: RunState;
  readonly owner: string;
  readonly heard: number;
  readonly told: number;
  readonly seq: number;
}

/** The rows of a project's runs, which every question brings up to the journals first. */
export class RunRows {
  readonly #database: Database;
  readonly #project: string;
  readonly #clock: Clock;

  constructor(database: Database, project: string, clock: Clock) {
    this.#database = database;
    this.#project = project;
    this.#clock = clock;
  }

  /** Answers a question about runs as they are now. */
  async ask<Answer>(query: Query<Answer>): Promise<Answer> {
    await this.#advance();
    return this.askAsIs(query);
  }

  /** Answers from the rows as they stand: for what the journals' writers keep up to date themselves. */
  askAsIs<Answer>(query: Query<Answer>): Promise<Answer> {
    return answer(query, (sql) => this.#database.query(numbered(sql)));
  }

  /** Throws RUN_NOT_FOUND, RUN_AMBIGUOUS. */
  async find(reference: string): Promise<RunPlace> {
    const exact = await this.#place(reference);
    if (exact) return exact;
    const found = await this.#place(await this.ask(findRun(this.#project, reference)));
    if (found) return found;
    throw notFound(reference, this.#project);
  }

  /** The record as journal and facts have it at this moment. */
  async record({ id, uid }: RunPlace): Promise<RunRecord> {
    const { draft, overlay, corrupt, told } = await this.#current(id, uid);
    const over = corrupt !== null || terminalStates.has(draft.state) || isLost(draft, overlay);
    const lost = over ? undefined : this.#lost(uid, draft, told);
    if (lost && (await lost)) return this.record({ id, uid });
    if (draft.trials.length === 0 && corrupt === null) return overlaidRecord(draft, overlay);
    return this.ask(
      readRecord({
        project: this.#project,
        draft: JSON.stringify(draft),
        overlay: overlay ? JSON.stringify(overlay) : null,
        corrupt,
      }),
    );
  }

  async isOver(place: RunPlace): Promise<boolean> {
    return terminalStates.has((await this.record(place)).state);
  }

  async #place(uid: string): Promise<RunPlace | undefined> {
    const [found] = (await this.#database.query(
      numbered({
        text: 'SELECT id, uid FROM journals WHERE project = ? AND uid = ? AND seq > 0',
        values: [this.#project, uid],
      }),
    )) as readonly RunPlace[];
    return found;
  }

  async #current(id: number, uid: string): Promise<Current> {
    const found = (await this.#database.query({
      name: 'read run',
      text: `SELECT r.draft, r.corrupt, o.overlay, j.heard AS told, e.body FROM runs r JOIN journals j ON j.id = r.id LEFT JOIN overlays o ON o.project = r.project AND o.uid = r.uid
        LEFT JOIN events e ON e.run = r.id AND e.seq > r.seq WHERE r.id = $1 ORDER BY e.seq`,
      values: [id],
    })) as readonly (Omit<RecordRow, 'project'> & { readonly told: number; readonly body: string | null })[];
    const [row] = found;
    if (!row) throw notFound(uid, this.#project);
    const events = found.flatMap(({ body }) => (body === null ? [] : [JSON.parse(body) as JournalEvent]));
    const { draft, corrupt } = foldSound(events, JSON.parse(row.draft) as RunDraft);
    return {
      draft,
      told: row.told,
      corrupt: row.corrupt ?? (corrupt ? JSON.stringify(corrupt) : null),
      overlay: row.overlay === null ? undefined : (JSON.parse(row.overlay) as RunOverlay),
    };
  }

  async #advance(): Promise<void> {
    const behind = (await this.#database.query({
      name: 'runs behind',
      text: `SELECT r.id FROM runs r JOIN journals j ON j.id = r.id WHERE r.project = $1 AND r.live
        AND (j.seq > r.seq OR r.state = ANY($2)) ORDER BY r.id`,
      values: [this.#project, [...terminalStates]],
    })) as readonly { id: number }[];
    await projectAll(
      this.#database,
      behind.map(({ id }) => id),
    );
    const live = (await this.#database.query({
      name: 'live runs',
      text: `SELECT r.id, r.uid, r.state, r.owner, r.heard, r.seq, j.heard AS told FROM runs r JOIN journals j ON j.id = r.id
        WHERE r.project = $1 AND r.live AND r.owner IS NOT NULL`,
      values: [this.#project],
    })) as readonly LiveRow[];
    for (const { uid, state, owner, heard, seq, told } of live) {
      const draft = { state, owner: JSON.parse(owner) as ProcessIdentity, lastEventAt: heard, seq };
      await this.#lost(uid, draft, told);
    }
  }

  /** Records that a run is lost, if it is; its last words may have come meanwhile. */
  #lost(
    uid: string,
    draft: Pick<RunDraft, 'state' | 'owner' | 'lastEventAt' | 'seq'>,
    told: number,
  ): Promise<boolean> | undefined {
    const reason = lostReason(draft, this.#clock, () => told);
    const { owner, seq } = draft;
    if (reason === undefined || !owner) return undefined;
    const fact = { kind: 'lost', uid, owner, reason, seq } as const;
    return this.#database.transaction(() => this.#noteLost(fact));
  }

  *#noteLost(fact: {
    kind: 'lost';
    uid: string;
    owner: ProcessIdentity;
    reason: string;
    seq: number;
  }): Work<boolean> {
    const [head] = yield* rows<{ seq: number }>(
      'SELECT seq FROM journals WHERE project = $1 AND uid = $2 FOR UPDATE',
      this.#project,
      fact.uid,
    );
    if (head?.seq !== fact.seq) return false;
    yield* addFacts(this.#project, [fact], this.#clock);
    return true;
  }
}

/** Brings runs up to their journals, some at a time. */
export async function projectAll(database: Database, ids: readonly number[]): Promise<void> {
  for (let at = 0; at < ids.length; at += mostRuns) {
    let left: readonly number[] = ids.slice(at, at + mostRuns);
    while (left.length > 0) {
      const some = left;
      left = await database.transaction(() => projectRuns(some));
    }
  }
}

function notFound(reference: string, project: string): Error {
  return runNotFound(`run "${reference}" does not exist in project "${project}"`, {
    hint: '`slipway ps` lists the runs',
  });
}
