/** Maps numbers of a domain to pixels. */
export interface Scale {
  (value: number): number;
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
}

/** A linear scale whose ticks are round numbers. With `nice` the domain is widened to the outermost ticks. */
export function linearScale(
  domain: readonly [number, number],
  range: readonly [number, number],
  options: { readonly ticks?: number; readonly nice?: boolean; readonly whole?: boolean } = {},
): Scale {
  let [low, high] = domain[0] === domain[1] ? widen(domain[0]) : domain;
  const step = tickStep(low, high, options.ticks ?? 5, options.whole ?? false);
  if (options.nice) {
    low = roundTo(Math.floor(low / step + 1e-9) * step, step);
    high = roundTo(Math.ceil(high / step - 1e-9) * step, step);
  }
  const map = (value: number): number => range[0] + ((value - low) / (high - low)) * (range[1] - range[0]);
  return Object.assign(map, { domain: [low, high] as const, ticks: ticksBetween(low, high, step) });
}

/** 1, 2 or 5 times a power of ten, so that about `count` steps fit. */
export function tickStep(low: number, high: number, count: number, whole: boolean = false): number {
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = rough / power;
  const step = power * (factor < 1.5 ? 1 : factor < 3.5 ? 2 : factor < 7.5 ? 5 : 10);
  return whole ? Math.max(1, step) : step;
}

function ticksBetween(low: number, high: number, step: number): number[] {
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => roundTo((first + i) * step, step));
}

/** Takes out what binary fractions add: 0.30000000000000004 becomes 0.3. */
function roundTo(value: number, step: number): number {
  const decimals = Math.min(20, Math.max(0, 1 - Math.floor(Math.log10(step))));
  return Number(value.toFixed(decimals)) + 0;
}

function widen(value: number): [number, number] {
  const by = Math.abs(value) > 0 ? Math.abs(value) * 0.1 : 1;
  return [value - by, value + by];
}

/** A number for people: thousands set apart from 10,000 on, at most `digits` significant digits after the point, very large and small ones in scientific form. */
export function formatNumber(value: number, digits: number = 4): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e9 || size < 1e-4) return value.toExponential(2).replace('e+', 'e').replace('-', '−');
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  const text = value.toLocaleString('en-US', {
    maximumFractionDigits: Math.min(decimals, 8),
    useGrouping: size >= 10_000,
  });
  return text.replace('-', '−');
}

/** Smallest and largest finite number, or [0, 1] when there is none. */
export function extent(values: Iterable<number>): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values)
    if (Number.isFinite(value)) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  return low <= high ? [low, high] : [0, 1];
}
