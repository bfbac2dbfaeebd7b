/** Predictions of a similar confidence: what was claimed and what was true. */
export interface CalibrationBin {
  /** Mean probability of the predicted class. */
  readonly confidence: number;
  /** Share of the predictions that are right. */
  readonly accuracy: number;
  readonly count: number;
}

/** Top-class confidence against accuracy in `count` bins of equal width (Guo and others 2017); empty bins are left out. */
export function calibrationBins(
  confidences: readonly number[],
  right: readonly boolean[],
  count: number = 10,
): CalibrationBin[] {
  const bins = Array.from({ length: count }, () => ({ confidence: 0, right: 0, count: 0 }));
  confidences.forEach((confidence, i) => {
    const bin = bins[Math.min(count - 1, Math.floor(confidence * count))];
    if (!bin) return;
    bin.confidence += confidence;
    bin.right += right[i] ? 1 : 0;
    bin.count++;
  });
  return bins
    .filter((bin) => bin.count > 0)
    .map((bin) => ({
      confidence: bin.confidence / bin.count,
      accuracy: bin.right / bin.count,
      count: bin.count,
    }));
}

/** Expected calibration error: the mean distance of confidence and accuracy, weighted by the rows of each bin. */
export function calibrationError(bins: readonly CalibrationBin[]): number {
  const total = bins.reduce((sum, bin) => sum + bin.count, 0);
  return bins.reduce((sum, bin) => sum + (bin.count / total) * Math.abs(bin.confidence - bin.accuracy), 0);
}
