import { inspect } from 'node:util';
import type { RichOutput } from './core/rich-output.ts';
import type { PlotContent } from './data/artifact.ts';
import { createTable, isTable } from './data/create-table.ts';
import type { DataItem } from './data/data-item.ts';
import { isArtifact } from './data/open-artifact.ts';
import { isArrowTable } from './data/tables/arrow-columns.ts';
import { plotContentOutput } from './notebooks/display/plot-output.ts';
import { artifactOutput } from './notebooks/display/value/artifact-output.ts';
import { itemOutput } from './notebooks/display/value/item-output.ts';
import { tableOutput } from './notebooks/display/value/table-output.ts';
import type { Showable, ShowOptions } from './show.ts';
import { ownOutput } from './show-as.ts';

/** The rich form of anything that can be shown; of other values their text. */
export async function outputOf(value: Showable, options: ShowOptions): Promise<RichOutput> {
  if (typeof value === 'string' || value instanceof Uint8Array) return plotContentOutput(value);
  const known = await knownOutput(value, options);
  if (known !== undefined) return known;
  if (isRows(value) || isArrowTable(value)) return tableOutput(createTable(value as object[]), options);
  if ('mark' in value || '$schema' in value) return plotContentOutput(value as PlotContent);
  return { bundle: { 'text/plain': inspect(value) } };
}

/** The rich form of one of our own values. */
export async function knownOutput(value: object, options: ShowOptions = {}): Promise<RichOutput | undefined> {
  const own = ownOutput(value);
  if (own !== undefined) return own;
  if (isTable(value)) return tableOutput(value, options);
  if (isArtifact(value)) return artifactOutput(value);
  return isDataItem(value) ? itemOutput(value) : undefined;
}

const isDataItem = (value: object): value is DataItem =>
  (value as Partial<DataItem>).slipwayType === 'data-item';

const isRows = (value: object): value is readonly object[] =>
  Array.isArray(value) &&
  value.every((row) => typeof row === 'object' && row !== null && !Array.isArray(row));
