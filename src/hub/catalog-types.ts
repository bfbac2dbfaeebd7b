// Written from the signatures in catalog/*/function.ts by: npx vitest run test/hub -u
import type { Dataset, Model } from '../data/artifact.ts';
import type { DataItem } from '../data/data-item.ts';

/** Arguments and results of the functions that come with the hub, by reference. */
export interface HubFunctions {
  /** Aggregates number columns by group, or over rolling windows. */
  readonly 'hub://aggregate': {
    readonly args: {
      /** table to aggregate */
      data: DataItem;
      /** columns whose values make a group; all rows are one group without any */
      groupBy?: string[];
      /** number columns to aggregate; all that are no key unless given */
      metrics?: string[];
      /** what to compute; std is that of a sample (n − 1) */
      functions?: ('mean' | 'sum' | 'min' | 'max' | 'std' | 'count')[];
      /** rows of a rolling window, the row itself included */
      window?: number;
      /** column by which the rows of a window follow each other; their order in the data unless given */
      orderBy?: string;
      /** compute windows that are not full yet, at the beginning of a group; else they are missing values */
      partial?: boolean;
    };
    readonly results: {
      aggregated: Dataset;
      rowCount: number;
      groupCount: number;
    };
  };
  /** Applies a model to every row of a table. */
  readonly 'hub://batch-predict': {
    readonly args: {
      /** with a portable predictor, as train-classifier logs it */
      model: Model;
      /** rows with the columns the model was trained on */
      data: DataItem;
      /** name of the new column */
      column?: string;
      /** add the probability of every class */
      probabilities?: boolean;
      /** of the dataset's file */
      format?: 'parquet' | 'csv' | 'json' | 'ndjson' | 'arrow';
    };
    readonly results: {
      predictions: Dataset;
      rowCount: number;
      classCounts: Record<string, number>;
    };
  };
  /** Statistics, distributions, correlation, class balance, missing values and pairs of columns, as plots and one page. */
  readonly 'hub://describe': {
    readonly args: {
      /** table to look at */
      data: DataItem;
      /** column of classes, by which plots are coloured; known already where the data is a dataset logged with its label column */
      label?: string;
      /** most rows that plots and correlations are drawn from; statistics are of all rows */
      sample?: number;
      /** of the sample */
      seed?: number;
    };
    readonly results: {
      rowCount: number;
      columnCount: number;
      numericColumns: number;
      missingTotal: number;
      duplicateRows: number;
      classes: string[];
      classCounts: Record<string, number>;
    };
  };
  /** Scores a classifier or regressor on held-out data, with confusion matrix, ROC curves and calibration. */
  readonly 'hub://evaluate': {
    readonly args: {
      /** with a portable predictor, as train-classifier logs it */
      model: Model;
      /** held-out rows with the label column */
      data: DataItem;
      /** column of the truth; known already where the data or the model carries it */
      label?: string;
    };
    readonly results: {
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
    };
  };
  /** Loads Fisher's iris, the Palmer penguins or a file of your own, and splits it into train and test. */
  readonly 'hub://load-dataset': {
    readonly args: {
      /** data set that ships with Slipway: Fisher's iris (150 rows) or the Palmer penguins (344 rows, some values missing) */
      name?: 'iris' | 'penguins';
      /** own data in place of `name`: CSV, TSV, JSON, NDJSON, Arrow or Parquet */
      source?: DataItem;
      /** column that is to be predicted; `species` for the data sets that ship */
      label?: string;
      /** share of the rows set aside as `test`, from 0 (no split) to below 1 */
      holdout?: number;
      /** keep the share of every class in the split; on by default where the label is text or true/false */
      stratify?: boolean;
      /** of the split */
      seed?: number;
      /** leave out rows in which any value is missing */
      dropMissing?: boolean;
    };
    readonly results: {
      dataset: Dataset;
      train?: Dataset;
      test?: Dataset;
      rowCount: number;
      columnCount: number;
      trainCount: number;
      testCount: number;
      classes: string[];
    };
  };
  /** Trains a decision tree, random forest, nearest neighbours or logistic regression on a table. */
  readonly 'hub://train-classifier': {
    readonly args: {
      /** table with the label column */
      data: DataItem;
      /** column to predict; known already where the data is a dataset logged with its label column */
      label?: string;
      /** how to learn */
      algorithm?: 'decision-tree' | 'random-forest' | 'knn' | 'logistic';
      /** columns to learn from; all usable ones unless given */
      features?: string[];
      /** of the trees at most */
      depth?: number;
      /** fewest rows of a leaf */
      leaf?: number;
      /** of a random forest */
      trees?: number;
      /** neighbours asked by knn */
      k?: number;
      /** strength of the penalty on the weights of logistic regression; scikit-learn's C is 1 / l2 */
      l2?: number;
      /** share of the rows to score on */
      validation?: number;
      /** score by cross-validation with so many folds instead of by one held-back share */
      folds?: number;
      /** of everything drawn at random: the same seed gives the same model everywhere */
      seed?: number;
    };
    readonly results: {
      model: Model;
      accuracy: number;
      balancedAccuracy: number;
      macroF1: number;
      logLoss: number;
      rowCount: number;
      classes: string[];
      features: string[];
    };
  };
}
