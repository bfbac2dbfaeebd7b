import { renderStoreUri } from '../core/store-uri.ts';
import type { Artifact } from '../data/artifact.ts';
import type { ArtifactRecord } from '../tracking/run.ts';
import type { Context } from './context.ts';
import type { OpenContext } from './create-context.ts';
import type { Job } from './job.ts';

/**
 * Records what a handler returned: entries of a plain object each under its name, falsy ones too; any other value as
 * `return`. Promises are awaited. Artifacts stay artifacts; tables, and what `returns` names, become artifacts.
 */
export async function recordResults(
  open: OpenContext,
  returned: unknown,
  job: Pick<Job, 'returns' | 'project'>,
): Promise<void> {
  if (returned === undefined || returned === null) return;
  const entries =
    isPlainObject(returned) && !isKnownValue(returned)
      ? Object.entries(returned)
      : [['return', returned] as const];
  const values = await Promise.all(entries.map(async ([key, value]) => [key, await value] as const));
  for (const [key, value] of values) await recordEntry(open, key, value, job);
}

async function recordEntry(
  open: OpenContext,
  key: string,
  value: unknown,
  job: Pick<Job, 'returns' | 'project'>,
): Promise<void> {
  if (value === undefined || typeof value === 'function') return;
  const record = artifactRecord(value);
  if (record) return registerArtifact(open, key, record, job.project);
  const wanted = job.returns && Object.hasOwn(job.returns, key) ? job.returns[key] : undefined;
  const kind = wanted ?? (isTable(value) ? 'dataset' : 'result');
  if (await saveAs(open.context, kind, key, value)) return;
  open.context.logResult(key, isDataItem(value) ? value.url : value);
}

/** An artifact that the handler returns under another name than it was logged, or that another run made, is the run's under this name. */
function registerArtifact(open: OpenContext, key: string, record: ArtifactRecord, project: string): void {
  const logged = open.state.artifacts.get(key);
  if (logged?.digest === record.digest) return;
  const { digest } = record;
  open.state.append('returning an artifact', {
    kind: 'artifact',
    artifact: { ...record, key, uri: renderStoreUri({ project, key, digest }) },
  });
}

async function saveAs(context: Context, kind: string, key: string, value: unknown): Promise<boolean> {
  switch (kind) {
    case 'dataset':
      await context.logDataset(key, value as never);
      return true;
    case 'model':
      await context.logModel(key, value as never);
      return true;
    case 'plot':
      await context.logPlot(key, value as never);
      return true;
    case 'file':
      await context.logArtifact(key, isFileContent(value) ? value : { json: value });
      return true;
    default:
      return false;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const isFileContent = (value: unknown): value is string | Uint8Array | { path: string } =>
  typeof value === 'string' ||
  value instanceof Uint8Array ||
  (isPlainObject(value) && Object.keys(value).length === 1 && typeof value.path === 'string');

const isDataItem = (value: unknown): value is { readonly url: string } =>
  isObject(value) && value.slipwayType === 'data-item';

function artifactRecord(value: unknown): ArtifactRecord | undefined {
  return isDataItem(value) && 'record' in value && 'artifactKind' in value
    ? (value as unknown as Artifact).record
    : undefined;
}

/** Ours, or an apache-arrow table. */
const isTable = (value: unknown): boolean =>
  isObject(value) &&
  (value.slipwayType === 'table' || ('schema' in value && 'numRows' in value && 'batches' in value));

const isKnownValue = (value: unknown): boolean => isDataItem(value) || isTable(value);

/** An object literal, of this realm or a notebook's. */
function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (!isObject(value) || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
