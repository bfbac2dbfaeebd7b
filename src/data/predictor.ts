/**
 * Portable predictors: a trained classifier or regressor as plain JSON, so that a model trained anywhere can be evaluated,
 * applied and served without its library. `predictor.json` in a model's folder holds one.
 */
export type Predictor = LinearPredictor | TreeEnsemblePredictor | NearestNeighboursPredictor;

export interface PredictorBase {
  readonly apiVersion: 'slipway/v1';
  /** How the columns of a row become the numbers that the predictor works on, in order. */
  readonly features: readonly FeatureEncoding[];
  /** Class names for a classifier, in the order of its outputs; absent for a regressor. */
  readonly classes?: readonly string[];
}

/** A numeric column, scaled as (x − shift) / scale, or one indicator of a categorical one. A missing value becomes `missing`. */
export type FeatureEncoding =
  | {
      readonly column: string;
      readonly type: 'number';
      readonly shift?: number;
      readonly scale?: number;
      readonly missing?: number;
    }
  | { readonly column: string; readonly type: 'category'; readonly value: string; readonly missing?: number };

/** Scores = weights · features + bias, a row of weights a class; softmax gives probabilities. One row and no classes: regression. */
export interface LinearPredictor extends PredictorBase {
  readonly type: 'linear';
  readonly weights: readonly (readonly number[])[];
  readonly bias: readonly number[];
}

/** Mean of the trees' leaf values (class shares, or one number for regression). */
export interface TreeEnsemblePredictor extends PredictorBase {
  readonly type: 'tree-ensemble';
  readonly trees: readonly TreeNodes[];
}

/** A tree as parallel arrays; node 0 is the root. A row goes left when feature ≤ threshold. `feature` −1 marks a leaf. */
export interface TreeNodes {
  readonly feature: readonly number[];
  readonly threshold: readonly number[];
  readonly left: readonly number[];
  readonly right: readonly number[];
  /** Per node: class shares or the predicted number; only leaves are read. */
  readonly value: readonly (readonly number[])[];
}

export interface NearestNeighboursPredictor extends PredictorBase {
  readonly type: 'nearest-neighbours';
  readonly k: number;
  readonly points: readonly (readonly number[])[];
  /** Class index or number of each point. */
  readonly targets: readonly number[];
}

export interface Prediction {
  /** Class name, or the number of a regressor. */
  readonly value: string | number;
  /** One probability a class, in the order of `classes`. */
  readonly probabilities?: readonly number[];
}
