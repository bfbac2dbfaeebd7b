/** Statistics of numbers; `stddev` is that of a sample (n − 1), absent for a single value. Quartiles are interpolated. */
export interface NumberSummary {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly stddev?: number;
  readonly quartiles: readonly [number, number, number];
}

/** Counts between edges: bin i holds edges[i] ≤ x < edges[i + 1], the last bin its upper edge too. */
export interface Histogram {
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

/** Statistics of finite numbers in ascending order, at least one. */
export function summariseNumbers(sorted: readonly number[]): NumberSummary {
  let mean = 0;
  let squares = 0;
  sorted.forEach((value, index) => {
    const delta = value - mean;
    mean += delta / (index + 1);
    squares += delta * (value - mean);
  });
  const stddev = Math.sqrt(squares / (sorted.length - 1));
  return {
    min: sorted[0] ?? Number.NaN,
    max: sorted.at(-1) ?? Number.NaN,
    mean,
    ...(sorted.length > 1 && Number.isFinite(stddev) ? { stddev } : {}),
    quartiles: [quantileOf(sorted, 0.25), quantileOf(sorted, 0.5), quantileOf(sorted, 0.75)],
  };
}

/** The value below which this share of the ascending numbers lies, interpolated between neighbours. */
export function quantileOf(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? low;
  const part = at - Math.floor(at);
  return part === 0 ? low : low * (1 - part) + high * part;
}

/** Histogram of finite numbers in ascending order; numbers that are all equal get a range of one around them. */
export function histogramOf(sorted: readonly number[], bins = 20): Histogram {
  let low = sorted[0] ?? 0;
  let high = sorted.at(-1) ?? 0;
  if (low === high) {
    const half = Math.max(0.5, Math.abs(low) * 1e-6);
    [low, high] = [low - half, high + half];
  }
  const edges = Array.from({ length: bins + 1 }, (_, i) => low * (1 - i / bins) + high * (i / bins));
  const counts = new Array<number>(bins).fill(0);
  let bin = 0;
  for (const value of sorted) {
    while (bin < bins - 1 && value >= (edges[bin + 1] ?? high)) bin += 1;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { edges, counts };
}
