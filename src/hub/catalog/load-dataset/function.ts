import type { Context, DataItem, Dataset, Table } from 'slipway';
import { unusableData, unusableSetting } from '../learning/errors.ts';
import { classesOf, className, labelColumnOf, requireLabel } from '../learning/label-column.ts';
import { groupRows, type RowSplit, splitRows } from '../learning/split-rows.ts';
import { builtInNames, builtInTable } from './built-in.ts';

/**
 * Loads a data set that ships with Slipway, or a file of your own, and logs it as the dataset `dataset`; with a holdout
 * also as `train` and `test`, split the same way for the same seed on every machine.
 *
 * @param name data set that ships with Slipway: Fisher's iris (150 rows) or the Palmer penguins (344 rows, some values missing)
 * @param source own data in place of `name`: CSV, TSV, JSON, NDJSON, Arrow or Parquet
 * @param label column that is to be predicted; `species` for the data sets that ship
 * @param holdout share of the rows set aside as `test`, from 0 (no split) to below 1
 * @param stratify keep the share of every class in the split; on by default where the label is text or true/false
 * @param seed of the split
 * @param dropMissing leave out rows in which any value is missing
 */
export async function loadDataset(
  ctx: Context,
  {
    name,
    source,
    label,
    holdout = 0,
    stratify,
    seed = 42,
    dropMissing = false,
  }: {
    name?: 'iris' | 'penguins';
    source?: DataItem;
    label?: string;
    holdout?: number;
    stratify?: boolean;
    seed?: number;
    dropMissing?: boolean;
  } = {},
): Promise<{
  dataset: Dataset;
  train?: Dataset;
  test?: Dataset;
  rowCount: number;
  columnCount: number;
  trainCount: number;
  testCount: number;
  classes: string[];
}> {
  if (!(holdout >= 0 && holdout < 1))
    throw unusableSetting(`holdout is ${holdout}`, {
      hint: 'give the share of the rows to set aside, from 0 to below 1',
    });
  const loaded = await load(name, source, label);
  const table = dropMissing ? withoutMissing(loaded.table) : loaded.table;
  if (table.rowCount === 0)
    throw unusableData(`"${loaded.origin}" has no rows${dropMissing ? ' without a missing value' : ''}`, {
      hint: dropMissing ? 'turn dropMissing off' : 'check the file that was given as source',
    });
  ctx.logger.info(`loaded ${table.rowCount} rows and ${table.columns.length} columns`, {
    from: loaded.origin,
  });
  const labelled = loaded.label === undefined ? {} : { labelColumn: loaded.label };
  const dataset = await ctx.logDataset('dataset', table, labelled);
  const split = holdout > 0 ? splitTable(table, loaded.label, { holdout, stratify, seed }) : undefined;
  return {
    dataset,
    ...(split && {
      train: await ctx.logDataset('train', table.take(split.train), labelled),
      test: await ctx.logDataset('test', table.take(split.test), labelled),
    }),
    rowCount: table.rowCount,
    columnCount: table.columns.length,
    trainCount: split ? split.train.length : table.rowCount,
    testCount: split ? split.test.length : 0,
    classes: isClassLabel(table, loaded.label) ? classesOf(table.column(loaded.label)) : [],
  };
}

interface Loaded {
  readonly table: Table;
  readonly origin: string;
  readonly label: string | undefined;
}

async function load(
  name: 'iris' | 'penguins' | undefined,
  source: DataItem | undefined,
  label: string | undefined,
): Promise<Loaded> {
  if ((name === undefined) === (source === undefined))
    throw unusableSetting(
      name === undefined ? 'neither name nor source is given' : `both name "${name}" and source are given`,
      { hint: `give either the parameter name (${builtInNames.join(' or ')}) or the input source` },
    );
  if (source === undefined) {
    const builtIn = name ?? 'iris';
    if (!builtInNames.includes(builtIn))
      throw unusableSetting(`there is no data set "${builtIn}"`, {
        hint: `those that ship are ${builtInNames.join(' and ')}; give a file of your own as source`,
      });
    const table = builtInTable(builtIn);
    return {
      table,
      origin: builtIn,
      label: requireLabel(table, { name: builtIn } as DataItem, label ?? 'species'),
    };
  }
  const table = await source.table();
  const known = label ?? labelColumnOf(source);
  return {
    table,
    origin: source.name,
    label: known === undefined ? undefined : requireLabel(table, source, known),
  };
}

function withoutMissing(table: Table): Table {
  const columns = table.columns
    .filter((column) => column.nullable)
    .map((column) => table.column(column.name));
  const complete = Array.from({ length: table.rowCount }, (_, row) => row).filter((row) =>
    columns.every((values) => values[row] !== null),
  );
  return table.take(complete);
}

/** Text and true/false are classes; a number may be one, but only the caller knows. */
function isClassLabel(table: Table, label: string | undefined): label is string {
  const type = table.columns.find((column) => column.name === label)?.type;
  return type === 'string' || type === 'boolean';
}

function splitTable(
  table: Table,
  label: string | undefined,
  { holdout, stratify, seed }: { holdout: number; stratify: boolean | undefined; seed: number },
): RowSplit {
  if (stratify && label === undefined)
    throw unusableSetting('stratify is on, but no label column is known', {
      hint: 'name the column with the parameter label, or turn stratify off',
    });
  const rows = Array.from({ length: table.rowCount }, (_, row) => row);
  const groups =
    label !== undefined && (stratify ?? isClassLabel(table, label)) ? groupsByLabel(table, label) : [rows];
  const split = splitRows(groups, holdout, seed);
  if (split.test.length === 0 || split.train.length === 0)
    throw unusableSetting(`a holdout of ${holdout} of ${table.rowCount} rows leaves one side empty`, {
      hint: 'change holdout, or load more rows',
    });
  return split;
}

/** Rows by class, and those without a label as a group of their own. */
function groupsByLabel(table: Table, label: string): number[][] {
  const values = table.column(label);
  const named = values.map((value) => (value === null ? null : className(value)));
  const unlabelled = named.flatMap((value, row) => (value === null ? [row] : []));
  return [...groupRows(named, classesOf(values)), ...(unlabelled.length ? [unlabelled] : [])];
}
