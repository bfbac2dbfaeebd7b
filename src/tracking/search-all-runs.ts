import type { RunRecord } from './run.ts';
import type { RunQuery, RunStore } from './store.ts';

/** Runs that are asked for at once. */
const pageSize = 1000;

/** Every run that a query finds, trials and steps too, however many pages they fill. */
export async function searchAllRuns(
  store: Pick<RunStore, 'searchRuns'>,
  query: Omit<RunQuery, 'all' | 'limit' | 'pageToken'> = {},
): Promise<readonly RunRecord[]> {
  const runs: RunRecord[] = [];
  let pageToken: string | undefined;
  do {
    const page = await store.searchRuns({
      ...query,
      all: true,
      limit: pageSize,
      ...(pageToken === undefined ? {} : { pageToken }),
    });
    runs.push(...page.runs);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  return runs;
}
