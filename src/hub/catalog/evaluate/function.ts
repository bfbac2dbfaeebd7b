import { type Context, type DataItem, type Model, predictTable } from 'slipway';
import { unusableData } from '../learning/errors.ts';
import { requireLabel } from '../learning/label-column.ts';
import { readPredictor } from '../learning/read-predictor.ts';
import { classifierOutcomes, evaluateClassifier } from './evaluate-classifier.ts';
import { evaluateRegressor } from './evaluate-regressor.ts';

/**
 * Scores a model on data it was not trained on. A classifier: accuracy, balanced accuracy, precision, recall and F1 (means over the
 * classes; each class in the table `class-scores`), log loss, area under the ROC curves, calibration, and the confusion matrix as plot
 * and table. A regressor: RMSE, MAE and R².
 *
 * @param model with a portable predictor, as train-classifier logs it
 * @param data held-out rows with the label column
 * @param label column of the truth; known already where the data or the model carries it
 */
export async function evaluate(
  ctx: Context,
  { model, data, label }: { model: Model; data: DataItem; label?: string },
): Promise<{
  rowCount: number;
  accuracy?: number;
  balancedAccuracy?: number;
  precision?: number;
  recall?: number;
  macroF1?: number;
  logLoss?: number;
  auc?: number;
  calibrationError?: number;
  rmse?: number;
  mae?: number;
  r2?: number;
}> {
  const predictor = await readPredictor(model);
  const table = await data.table();
  const column = requireLabel(table, data, label, model.manifest.labelColumn);
  const labelled = table.column(column).flatMap((value, row) => (value === null ? [] : [row]));
  if (labelled.length === 0)
    throw unusableData(`"${data.name}" has no row with a value of "${column}"`, {
      hint: 'there is nothing to compare predictions with; check the data',
    });
  if (labelled.length < table.rowCount)
    ctx.logger.warn(`left out: ${table.rowCount - labelled.length} rows without a value of "${column}"`);
  const rows = labelled.length < table.rowCount ? table.take(labelled) : table;
  const actual = rows.column(column);
  const predictions = predictTable(predictor, rows);
  const scores = predictor.classes
    ? await evaluateClassifier(ctx, classifierOutcomes(predictor.classes, actual, predictions))
    : await evaluateRegressor(ctx, column, actual, predictions);
  ctx.logMetrics({ ...scores });
  return { rowCount: rows.rowCount, ...scores };
}
