import type { Outcomes } from '../learning/classification-metrics.ts';
import { heatmap } from '../plots/heatmap.ts';
import { lineChart } from '../plots/line-chart.ts';
import { classColor, mainColor } from '../plots/palette.ts';
import { formatNumber } from '../plots/scale.ts';
import type { CalibrationBin } from './calibration.ts';
import type { RocPoint } from './ranking.ts';

const maxClasses = 30;

/** Counts by true and predicted class, coloured by the share of the true class. */
export function plotConfusion(classes: readonly string[], matrix: readonly (readonly number[])[]): string {
  const shown = classes.slice(0, maxClasses);
  const totals = matrix.map((row) => row.reduce((sum, count) => sum + count, 0));
  const part = classes.length > maxClasses ? `, the first ${maxClasses} of ${classes.length} classes` : '';
  return heatmap({
    title: 'Confusion matrix',
    subtitle: `Rows by true and predicted class; colour is the share of the true class${part}`,
    rows: shown,
    columns: shown,
    values: matrix.slice(0, maxClasses).map((row) => row.slice(0, maxClasses)),
    colors: 'sequential',
    format: (count) => formatNumber(count, 9),
    shade: (count, row) => (totals[row] ? count / (totals[row] ?? 1) : 0),
    rowTitle: 'true class',
    columnTitle: 'predicted class',
  });
}

export interface ClassCurve {
  readonly class: string;
  /** Position of the class, for its colour. */
  readonly index: number;
  readonly points: readonly RocPoint[];
  readonly auc: number;
}

const maxCurves = 8;

/** Each class against the rest. */
export function plotRoc(curves: readonly ClassCurve[]): string {
  const part = curves.length > maxCurves ? `, the first ${maxCurves} of ${curves.length} classes` : '';
  return lineChart({
    title: 'ROC curves',
    subtitle: `Each class against the rest${part}`,
    series: curves.slice(0, maxCurves).map(({ class: name, index, points, auc }) => ({
      name: `${name} (AUC ${auc.toFixed(3)})`,
      color: classColor(index),
      points,
    })),
    xTitle: 'false positive rate',
    yTitle: 'true positive rate',
    xDomain: [0, 1],
    yDomain: [0, 1],
    diagonal: true,
  });
}

/** How sure the classifier was, against how often it was right. */
export function plotCalibration(bins: readonly CalibrationBin[], error: number): string {
  return lineChart({
    title: 'Calibration',
    subtitle: `Confidence against accuracy; expected calibration error ${error.toFixed(3)}`,
    series: [
      {
        name: 'predictions',
        color: mainColor,
        points: bins.map(({ confidence, accuracy }) => [confidence, accuracy] as const),
        dots: true,
      },
    ],
    xTitle: 'confidence (probability of the predicted class)',
    yTitle: 'accuracy',
    xDomain: [0, 1],
    yDomain: [0, 1],
    diagonal: true,
  });
}

/** Whether each row's prediction is right, and how sure it was. */
export function confidencesOf(outcomes: Outcomes): { confidences: number[]; right: boolean[] } {
  const rows = outcomes.probabilities ?? [];
  return {
    confidences: rows.map((own) => Math.max(...own)),
    right: rows.map((_, i) => outcomes.actual[i] === outcomes.predicted[i]),
  };
}
