/** Source of the sample project's functions, in the pieces that a notebook shows one by one. */
export interface HandlerSource {
  readonly title: string;
  readonly text: string;
}

/** Code before the functions: what they share. */
export const sharedSource: HandlerSource = {
  title: 'From rows to numbers',
  text: `/** Mean and spread of a column, to bring all columns to one scale. */
function scaleOf(table: Table, column: string): { shift: number; scale: number } {
  const values = table.column(column).map(Number);
  const shift = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - shift) ** 2, 0) / values.length;
  return { shift: shift, scale: Math.sqrt(variance) || 1 };
}

/** Class probabilities of one row by softmax. */
function softmax(weights: number[][], bias: number[], x: number[]): number[] {
  const scores = weights.map((row, k) => row.reduce((sum, weight, j) => sum + weight * (x[j] ?? 0), bias[k] ?? 0));
  const top = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - top));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}`,
};

/** The functions by name; each takes a context and an object of inputs and params. */
export const handlerSources: Readonly<Record<'split' | 'train' | 'evaluate', HandlerSource>> = {
  split: {
    title: 'Hold some rows back',
    text: `/**
 * Splits rows into a training and a test set.
 *
 * @param data the rows
 * @param holdout share of the rows to test with
 */
async function split(ctx: Context, { data, holdout = 0.3 }: { data: DataItem; holdout?: number }) {
  const table = await data.table();
  const drawn = table.rows().map(() => ctx.random() < holdout);
  const train = await ctx.logDataset('train', table.filter((_row, i) => !drawn[i]), { labelColumn: 'kind' });
  const test = await ctx.logDataset('test', table.filter((_row, i) => drawn[i] === true), { labelColumn: 'kind' });
  return { train: train, test: test, rows: table.rowCount };
}`,
  },
  train: {
    title: 'Train',
    text: `/**
 * Softmax regression by gradient descent.
 *
 * @param data rows to learn from
 * @param label column to predict
 * @param rate step of the gradient descent
 * @param epochs passes over the rows
 */
async function train(
  ctx: Context,
  { data, label = 'kind', rate = 0.5, epochs = 100 }: { data: DataItem; label?: string; rate?: number; epochs?: number },
) {
  const table = await data.table();
  const columns = table.columns.map((column) => column.name).filter((name) => name !== label);
  const features = columns.map((column) => ({ column: column, type: 'number' as const, ...scaleOf(table, column) }));
  const classes = Array.from(new Set(table.column(label).map(String))).sort();
  const xs = table.rows().map((row) => features.map((one) => (Number(row[one.column]) - one.shift) / one.scale));
  const ys = table.column(label).map((value) => classes.indexOf(String(value)));

  const weights = classes.map(() => columns.map(() => 0));
  const bias = classes.map(() => 0);
  for (let epoch = 1; epoch <= epochs; epoch++) {
    let loss = 0;
    xs.forEach((x, i) => {
      const p = softmax(weights, bias, x);
      loss -= Math.log(Math.max(p[ys[i] ?? 0] ?? 0, 1e-12)) / xs.length;
      p.forEach((value, k) => {
        const step = (rate * (value - (k === ys[i] ? 1 : 0))) / 10;
        weights[k] = (weights[k] ?? []).map((weight, j) => weight - step * (x[j] ?? 0));
        bias[k] = (bias[k] ?? 0) - step;
      });
    });
    if (epoch === 1 || epoch % 10 === 0) ctx.logMetric('loss', loss, { step: epoch });
  }

  const right = xs.filter((x, i) => {
    const p = softmax(weights, bias, x);
    return p.indexOf(Math.max(...p)) === ys[i];
  }).length;
  const accuracy = right / xs.length;
  const model = await ctx.logModel('model', {
    algorithm: 'softmax-regression',
    predictor: { apiVersion: 'slipway/v1', type: 'linear', features: features, classes: classes, weights: weights, bias: bias },
    trainingSet: table,
    labelColumn: label,
    metrics: { accuracy: accuracy },
    parameters: { rate: rate, epochs: epochs },
  });
  return { accuracy: accuracy, model: model };
}`,
  },
  evaluate: {
    title: 'Evaluate',
    text: `/**
 * Measures a model on rows it has not seen.
 *
 * @param model what train gave
 * @param data held-out rows
 * @param label column to predict
 */
async function evaluate(ctx: Context, { model, data, label = 'kind' }: { model: Model; data: DataItem; label?: string }) {
  const table = await data.table();
  const predictor = await model.file('predictor.json').json<Predictor>();
  const predicted = predictTable(predictor, table).map((prediction) => String(prediction.value));
  const actual = table.column(label).map(String);
  const accuracy = predicted.filter((value, i) => value === actual[i]).length / actual.length;
  ctx.logMetric('accuracy', accuracy);
  await ctx.logDataset('predictions', table.withColumn('predicted', predicted));
  return { accuracy: accuracy, rows: table.rowCount };
}`,
  },
};
