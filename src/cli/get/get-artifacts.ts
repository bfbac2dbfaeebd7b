import { isStoreUri } from '../../core/store-uri.ts';
import type { ArtifactKind } from '../../tracking/run.ts';
import type { ArtifactRow } from '../../tracking/store.ts';
import { usageError } from '../errors.ts';
import { present } from '../output/present.ts';
import { relativeTime } from '../output/relative-time.ts';
import { type Column, renderTable } from '../output/render-table.ts';
import { renderBytes } from '../output/render-value.ts';
import type { Session } from '../session.ts';
import type { GetRequest } from './get-request.ts';

/** `slipway get artifacts|datasets|models [key]`. */
export async function getArtifacts(request: GetRequest, kind?: ArtifactKind): Promise<undefined> {
  const { workspace, session, options, name } = request;
  if (name !== undefined && isStoreUri(name)) return getOne(request, name);
  refuseRunOptions(options);
  const key = name ?? options.key;
  const run = options.run === undefined ? undefined : (await workspace.store.getRun(options.run)).uid;
  const rows = await workspace.store.searchArtifacts({
    ...(kind === undefined ? {} : { kind }),
    ...(key === undefined ? {} : { key }),
    ...(run === undefined ? {} : { run }),
    ...(options.filter === undefined ? {} : { filter: options.filter }),
    limit: options.limit,
    all: options.all,
  });
  // asking for a key that does not exist is an error that names the nearest
  if (name !== undefined && rows.length === 0)
    return getOne(request, `store://${workspace.project.name}/${name}`);
  await present(session, options, {
    data: () => rows,
    text: (wide) => renderArtifactTable(rows, session, wide),
    names: () => rows.map((row) => row.uri),
  });
  if (rows.length === 0 && options.output === 'table' && !options.json)
    await session.err.write(
      `no ${kind ?? 'artifact'}s; a run stores them with ctx.logArtifact, logDataset or logModel\n`,
    );
  return undefined;
}

async function getOne({ workspace, session, options }: GetRequest, uri: string): Promise<undefined> {
  const record = await workspace.store.resolveArtifact(uri);
  const rows = await workspace.store.searchArtifacts({ key: record.key, all: true });
  const row = rows.find((candidate) => candidate.digest === record.digest);
  const shown: ArtifactRow = row ?? { ...record, project: workspace.project.name, tags: [], createdAt: '' };
  await present(session, options, {
    data: () => shown,
    text: (wide) => renderArtifactTable([shown], session, wide),
    names: () => [record.uri],
  });
  return undefined;
}

/** Artifacts as a table; `wide` gives digests in full. */
export function renderArtifactTable(rows: readonly ArtifactRow[], session: Session, wide: boolean): string {
  const { colors, width } = session.out;
  const now = session.clock.now();
  const columns: Column<ArtifactRow>[] = [
    { title: 'KEY', cell: (row) => row.key, shrinks: true, style: colors.bold },
    { title: 'KIND', cell: (row) => row.kind },
    { title: 'SIZE', cell: (row) => renderBytes(row.size), align: 'right' },
    { title: 'MADE', cell: (row) => (row.createdAt ? relativeTime(row.createdAt, now) : ''), align: 'right' },
    { title: 'TAGS', cell: (row) => row.tags.join(' '), shrinks: true },
    { title: 'RUN', cell: (row) => (wide ? row.producer : row.producer.slice(0, 14)) },
    { title: wide ? 'URI' : 'DIGEST', cell: (row) => (wide ? row.uri : row.digest.slice(0, 19)) },
  ];
  return renderTable(rows, columns, { width: wide ? undefined : width, heading: colors.dim });
}

function refuseRunOptions(options: GetRequest['options']): void {
  if (options.trashed)
    throw usageError('--trashed goes with runs only', { hint: 'use slipway get runs --trashed' });
  if (options.orderBy !== undefined)
    throw usageError('--order-by goes with runs only', { hint: 'artifacts come newest first' });
}
