import type { StoreUri } from '../../../core/store-uri.ts';
import type { ArtifactRecord } from '../../run.ts';
import type { ArtifactQuery, ArtifactRow, MetricPoint, RunPage, RunQuery } from '../../store.ts';
import { advanceIndex, type IndexedProject } from './advance-index.ts';
import { findRun } from './find-run.ts';
import { IndexDatabase } from './index-database.ts';
import { readPoints } from './read-run.ts';
import { resolveArtifact, searchArtifacts } from './search-artifacts.ts';
import { searchRuns } from './search-runs.ts';

/** The queryable projection of journals and ledger. Brought up to date by every question; SQLite is loaded by the first. */
export class RunIndex {
  readonly #projectOf: (project: string) => IndexedProject;
  readonly #database: IndexDatabase;

  constructor(storeDirectory: string, projectOf: (project: string) => IndexedProject) {
    this.#projectOf = projectOf;
    this.#database = new IndexDatabase(storeDirectory);
  }

  findRun(project: string, reference: string): string {
    return this.#query(project, (index) => findRun(index, project, reference));
  }

  searchRuns(project: string, query: RunQuery): RunPage {
    return this.#query(project, (index) => searchRuns(index, project, query));
  }

  points(project: string, uid: string, key: string | undefined): readonly MetricPoint[] {
    return this.#query(project, (index) => readPoints(index, { project, uid }, key));
  }

  resolveArtifact(uri: StoreUri): ArtifactRecord {
    return this.#query(uri.project, (index) => resolveArtifact(index, uri));
  }

  searchArtifacts(project: string, query: ArtifactQuery): readonly ArtifactRow[] {
    return this.#query(project, (index) => searchArtifacts(index, project, query));
  }

  /** uids of a run's trials and steps, and of theirs. */
  descendants(project: string, uid: string): readonly string[] {
    return this.#query(project, (index) =>
      index
        .all<{ uid: string }>(
          `WITH RECURSIVE below(uid) AS (SELECT uid FROM runs WHERE project = ?1 AND parent = ?2
           UNION SELECT r.uid FROM runs r JOIN below b ON r.parent = b.uid WHERE r.project = ?1) SELECT uid FROM below`,
          project,
          uid,
        )
        .map((row) => row.uid),
    );
  }

  close(): void {
    this.#database.close();
  }

  #query<Result>(project: string, body: (index: IndexDatabase) => Result): Result {
    const indexed = this.#projectOf(project);
    return this.#database.use((index) => {
      advanceIndex(index, indexed);
      return body(index);
    });
  }
}
