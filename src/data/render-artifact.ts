import type { Json, JsonObject } from '../core/json.ts';
import { renderValue } from '../tracking/render-run-summary.ts';
import type { ArtifactRecord } from '../tracking/run.ts';
import { mediaTypeName } from './artifacts/media-type-name.ts';

/** An artifact as consoles and notebooks show it: what it is, what is in it, and its URI. */
export function renderArtifact(record: ArtifactRecord): string {
  const title = `${record.kind.charAt(0).toUpperCase()}${record.kind.slice(1)} ${record.key}`;
  const facts = [...artifactFacts(record), renderBytes(record.size)].join(', ');
  return `${title} (${facts})\n${record.uri}`;
}

/** What is in an artifact, in short: `344 rows`, `7 columns`; algorithm and metrics of a model; `Vega-Lite plot`. */
export function artifactFacts(record: ArtifactRecord): readonly string[] {
  const metadata = record.metadata ?? {};
  switch (record.kind) {
    case 'dataset':
    case 'table':
      return tableFacts(metadata);
    case 'model':
      return modelFacts(metadata);
    case 'dir':
      return [`${record.files.length} files`];
    case 'plot':
      return record.mediaType === undefined ? [] : [`${mediaTypeName(record.mediaType)} plot`];
    default:
      return record.mediaType === undefined ? [] : [mediaTypeName(record.mediaType)];
  }
}

function tableFacts({ rowCount, schema, labelColumn }: Readonly<Record<string, Json>>): readonly string[] {
  return [
    ...(typeof rowCount === 'number' ? [`${rowCount} rows`] : []),
    ...(Array.isArray(schema) ? [`${schema.length} columns`] : []),
    ...(typeof labelColumn === 'string' ? [`label "${labelColumn}"`] : []),
  ];
}

function modelFacts({ framework, algorithm, metrics }: Readonly<Record<string, Json>>): readonly string[] {
  const measured = Object.entries((metrics ?? {}) as JsonObject).map(
    ([name, value]) => `${name} ${renderValue(value)}`,
  );
  const known = [algorithm, framework === 'unknown' ? undefined : framework, ...measured];
  return known.filter((fact): fact is string => typeof fact === 'string');
}

/** Bytes for people: `812 B`, `14.2 kB`, `3.1 MB`. */
export function renderBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`;
}
