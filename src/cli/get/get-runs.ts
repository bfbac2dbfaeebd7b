import { present } from '../output/present.ts';
import { recordDocument } from '../output/run-document.ts';
import { renderRunTable } from '../output/run-table.ts';
import type { GetRequest } from './get-request.ts';

/** `slipway get runs`, and `slipway get run <uid>`. */
export async function getRuns({ workspace, session, options, name }: GetRequest): Promise<undefined> {
  if (name !== undefined) {
    const record = await workspace.store.getRun(name);
    await present(session, options, {
      data: () => recordDocument(record),
      text: (wide) => renderRunTable([record], session, wide),
      names: () => [record.uid],
    });
    return undefined;
  }
  const page = await workspace.store.searchRuns({
    ...(options.filter === undefined ? {} : { filter: options.filter }),
    ...(Object.keys(options.selectLabel).length ? { labels: options.selectLabel } : {}),
    ...(options.orderBy === undefined ? {} : { orderBy: options.orderBy }),
    limit: options.limit,
    all: options.all,
    trashed: options.trashed,
    ...(options.run === undefined ? {} : { parent: (await workspace.store.getRun(options.run)).uid }),
  });
  await present(session, options, {
    data: () => page.runs.map(recordDocument),
    text: (wide) => renderRunTable(page.runs, session, wide),
    names: () => page.runs.map((run) => run.uid),
  });
  if (options.output === 'table' && !options.json) {
    if (page.runs.length === 0) await session.err.write(`${emptyHint(options)}\n`);
    else if (page.nextPageToken)
      await session.err.write(`only the first ${options.limit}; --limit shows more\n`);
  }
  return undefined;
}

function emptyHint(options: GetRequest['options']): string {
  if (options.trashed) return 'the trash is empty';
  if (options.filter !== undefined || Object.keys(options.selectLabel).length)
    return 'no run matches; `slipway get runs` lists them all, --all also trials and steps';
  return 'no runs yet; start one with `slipway run <file.ts>`, or make a project with `slipway init`';
}
