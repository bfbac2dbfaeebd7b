import type { Json } from '../../core/json.ts';
import { isStoreUri, parseStoreUri, renderStoreUri } from '../../core/store-uri.ts';
import type { ArtifactRecord } from '../../tracking/run.ts';
import { present } from '../output/present.ts';
import { renderBlock } from '../output/render-run.ts';
import { renderBytes } from '../output/render-value.ts';
import type { Colors } from '../session.ts';
import type { DescribeRequest } from './describe-request.ts';
import { renderMetadata } from './render-metadata.ts';

/** `slipway describe artifact <key or URI>`: what it is, who made it, where its files lie. */
export async function describeArtifact({
  workspace,
  session,
  options,
  name,
}: DescribeRequest): Promise<void> {
  const { store, project } = workspace;
  const record = await store.resolveArtifact(isStoreUri(name) ? name : `store://${project.name}/${name}`);
  const rows = await store.searchArtifacts({ key: record.key, all: true });
  const tags = rows.find((row) => row.digest === record.digest)?.tags ?? [];
  const directory = await store.artifactDirectory(record.digest);
  const versions = new Set(rows.map((row) => row.digest)).size;
  const document = { ...record, tags, directory, versions };
  await present(session, options, {
    data: () => document,
    text: () => renderArtifact(document, session.out.colors),
    names: () => [record.uri],
  });
}

interface ArtifactDescription extends ArtifactRecord {
  readonly tags: readonly string[];
  readonly directory: string;
  readonly versions: number;
}

function renderArtifact(artifact: ArtifactDescription, colors: Colors): string {
  const { project, key } = parseStoreUri(artifact.uri);
  const about: Record<string, Json> = {
    uri: artifact.uri,
    latest: renderStoreUri({ project, key }),
    size: renderBytes(artifact.size),
    ...(artifact.mediaType === undefined ? {} : { type: artifact.mediaType }),
    'made by': `${artifact.producer}   slipway describe ${artifact.producer}`,
    folder: artifact.directory,
    files: artifact.files.join(', '),
    versions: artifact.versions,
    ...(artifact.tags.length ? { tags: artifact.tags.join(', ') } : {}),
  };
  const lines = [
    `${colors.bold(artifact.key)} ${artifact.kind}`,
    ...renderBlock('about', about, colors),
    ...renderBlock('labels', artifact.labels ?? {}, colors),
  ];
  return `${lines.join('\n')}\n${renderMetadata(artifact.metadata ?? {}, colors)}`;
}
