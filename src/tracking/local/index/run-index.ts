import type { StoreUri } from '../../../core/store-uri.ts';
import { findDescendants } from '../../queries/descendants.ts';
import { findRun } from '../../queries/find-run.ts';
import { answerNow, type Query } from '../../queries/query.ts';
import { resolveArtifact, searchArtifacts } from '../../queries/search-artifacts.ts';
import { searchRuns } from '../../queries/search-runs.ts';
import type { ArtifactRecord } from '../../run.ts';
import type { ArtifactQuery, ArtifactRow, MetricPoint, RunPage, RunQuery } from '../../store.ts';
import { advanceIndex, type IndexedProject } from './advance-index.ts';
import { IndexDatabase } from './index-database.ts';
import { readPoints } from './read-points.ts';

const mention = `SELECT 1 FROM artifacts a JOIN runs r ON r.id = a.run WHERE r.project = ?1 AND a.digest = ?2
  UNION ALL SELECT 1 FROM tags WHERE project = ?1 AND digest = ?2
  UNION ALL SELECT 1 FROM runs WHERE project = ?1 AND instr(draft, ?2) > 0 LIMIT 1`;

/** The queryable projection of journals and ledger. Brought up to date by every question; SQLite is loaded by the first. */
export class RunIndex {
  readonly #projectOf: (project: string) => IndexedProject;
  readonly #database: IndexDatabase;

  constructor(storeDirectory: string, projectOf: (project: string) => IndexedProject) {
    this.#projectOf = projectOf;
    this.#database = new IndexDatabase(storeDirectory);
  }

  findRun(project: string, reference: string): string {
    return this.#answer(project, findRun(project, reference));
  }

  searchRuns(project: string, query: RunQuery): RunPage {
    return this.#answer(project, searchRuns(project, query));
  }

  points(project: string, uid: string, key: string | undefined): readonly MetricPoint[] {
    return this.#query(project, (index) => readPoints(index, { project, uid }, key));
  }

  resolveArtifact(uri: StoreUri): ArtifactRecord {
    return this.#answer(uri.project, resolveArtifact(uri));
  }

  searchArtifacts(project: string, query: ArtifactQuery): readonly ArtifactRow[] {
    return this.#answer(project, searchArtifacts(project, query));
  }

  /** Whether anything that the index keeps of the project's runs and tags names the digest. */
  mentionsArtifact(project: string, digest: string): boolean {
    return this.#query(project, (index) => index.get(mention, project, digest) !== undefined);
  }

  /** uids of a run's trials and steps, and of theirs. */
  descendants(project: string, uid: string): readonly string[] {
    return this.#answer(project, findDescendants(project, uid));
  }

  close(): void {
    this.#database.close();
  }

  #answer<Answer>(project: string, query: Query<Answer>): Answer {
    return this.#query(project, (index) =>
      answerNow(query, ({ text, values }) => index.all(text, ...values)),
    );
  }

  #query<Result>(project: string, body: (index: IndexDatabase) => Result): Result {
    const indexed = this.#projectOf(project);
    return this.#database.use((index) => {
      advanceIndex(index, indexed);
      return body(index);
    });
  }
}
