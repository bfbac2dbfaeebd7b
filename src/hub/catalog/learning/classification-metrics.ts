/** A true class and what a classifier said, as positions in the list of classes; −1 where a class is none of them. */
export interface Outcomes {
  readonly classes: readonly string[];
  readonly actual: ArrayLike<number>;
  readonly predicted: ArrayLike<number>;
  /** One list a row, in the order of `classes`. */
  readonly probabilities?: readonly (readonly number[])[];
}

export interface ClassScores {
  readonly class: string;
  /** Share of the rows said to be of this class that are. */
  readonly precision: number;
  /** Share of the rows of this class that were said to be. */
  readonly recall: number;
  /** Harmonic mean of precision and recall. */
  readonly f1: number;
  /** Rows of this class. */
  readonly support: number;
}

export interface ClassificationScores {
  readonly accuracy: number;
  /** Mean recall of the classes that occur: 1 / classes is chance, whatever their sizes. */
  readonly balancedAccuracy: number;
  readonly macroPrecision: number;
  readonly macroRecall: number;
  readonly macroF1: number;
  readonly perClass: readonly ClassScores[];
}

/** Rows: true class; columns: predicted class. */
export function confusionMatrix({ classes, actual, predicted }: Outcomes): number[][] {
  const matrix = classes.map(() => classes.map(() => 0));
  for (let i = 0; i < actual.length; i++) {
    const row = matrix[actual[i] ?? -1];
    const column = predicted[i] ?? -1;
    if (row && column >= 0) row[column] = (row[column] ?? 0) + 1;
  }
  return matrix;
}

/**
 * Accuracy, precision, recall and F1 as scikit-learn defines them with `zero_division=0`: a class that was never predicted has
 * precision 0; the macro figures are means over the classes that occur or were predicted. Never NaN.
 */
export function scoreClasses(outcomes: Outcomes): ClassificationScores {
  const matrix = confusionMatrix(outcomes);
  const perClass = outcomes.classes.map((name, c) => {
    const hits = matrix[c]?.[c] ?? 0;
    const support = sum(matrix[c] ?? []);
    const said = sum(matrix.map((row) => row[c] ?? 0));
    return { class: name, support, said, hits, ...ratios(hits, said, support) };
  });
  const occurring = perClass.filter((score) => score.support > 0);
  const involved = perClass.filter((score) => score.support > 0 || score.said > 0);
  return {
    accuracy: divide(sum(perClass.map((score) => score.hits)), outcomes.actual.length),
    balancedAccuracy: mean(occurring.map((score) => score.recall)),
    macroPrecision: mean(involved.map((score) => score.precision)),
    macroRecall: mean(involved.map((score) => score.recall)),
    macroF1: mean(involved.map((score) => score.f1)),
    perClass: perClass.map(({ said: _, hits: __, ...score }) => score),
  };
}

function ratios(
  hits: number,
  said: number,
  support: number,
): { precision: number; recall: number; f1: number } {
  return {
    precision: divide(hits, said),
    recall: divide(hits, support),
    f1: divide(2 * hits, said + support),
  };
}

/** Mean negative log of the probability given to the true class; probabilities are kept within [1e-15, 1]. */
export function logLoss({ actual, probabilities = [] }: Outcomes): number {
  let total = 0;
  probabilities.forEach((row, i) => {
    total -= Math.log(Math.min(1, Math.max(1e-15, row[actual[i] ?? -1] ?? 0)));
  });
  return divide(total, probabilities.length);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const divide = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
const mean = (values: readonly number[]): number => divide(sum(values), values.length);
