import {
  type Context,
  type DataItem,
  type Dataset,
  type Model,
  type Prediction,
  predictTable,
  type Table,
} from 'slipway';
import { unusableSetting } from '../learning/errors.ts';
import { readPredictor } from '../learning/read-predictor.ts';

/**
 * Applies a model to every row and logs the rows with their predictions as the dataset `predictions`. A classifier adds a column for
 * the predicted class and one for the probability of each class (`<column>_<class>`).
 *
 * @param model with a portable predictor, as train-classifier logs it
 * @param data rows with the columns the model was trained on
 * @param column name of the new column
 * @param probabilities add the probability of every class
 * @param format of the dataset's file
 */
export async function batchPredict(
  ctx: Context,
  {
    model,
    data,
    column = 'prediction',
    probabilities = true,
    format = 'parquet',
  }: {
    model: Model;
    data: DataItem;
    column?: string;
    probabilities?: boolean;
    format?: 'parquet' | 'csv' | 'json' | 'ndjson' | 'arrow';
  },
): Promise<{ predictions: Dataset; rowCount: number; classCounts: Record<string, number> }> {
  const predictor = await readPredictor(model);
  const table = await data.table();
  const answers = predictTable(predictor, table);
  const classes = predictor.classes ?? [];
  const predicted = addColumns(table, newColumns(answers, column, probabilities ? classes : []));
  const predictions = await ctx.logDataset('predictions', predicted, { format });
  const counts = classes.map((name) => [name, answers.filter(({ value }) => value === name).length] as const);
  return { predictions, rowCount: table.rowCount, classCounts: Object.fromEntries(counts) };
}

type NewColumn = readonly [name: string, values: readonly (string | number | null)[]];

function newColumns(answers: readonly Prediction[], column: string, classes: readonly string[]): NewColumn[] {
  return [
    [column, answers.map(({ value }) => value)],
    ...classes.map(
      (name, i): NewColumn => [
        `${column}_${name}`,
        answers.map(({ probabilities }) => probabilities?.[i] ?? null),
      ],
    ),
  ];
}

function addColumns(table: Table, columns: readonly NewColumn[]): Table {
  const taken = columns.map(([name]) => name).filter((name) => table.has(name));
  if (taken.length > 0)
    throw unusableSetting(`the data has a column "${taken[0]}" already`, {
      hint: 'name the new column otherwise with the parameter column',
    });
  return columns.reduce(
    (whole, [name, values]) =>
      whole.withColumn(
        name,
        values,
        values.every((value) => typeof value === 'string') ? 'string' : 'number',
      ),
    table,
  );
}
