import { canonicalJson, type Json, jsonNumber } from '../core/json.ts';

/** Where values lie on an axis: 0 at its foot, 1 at its head. */
export interface AxisScale {
  readonly ticks: readonly { readonly position: number; readonly label: string }[];
  /** Undefined for a value that has no place, e.g. NaN. */
  position(value: Json | undefined): number | undefined;
}

/** Numbers get a linear axis, or a logarithmic one when they span more than two decades; anything else a place a distinct value. */
export function createAxisScale(values: readonly (Json | undefined)[]): AxisScale {
  const present = values.filter((value) => value !== undefined);
  const numbers = present.map((value) => jsonNumber(value));
  const allNumbers = present.length > 0 && numbers.every((value) => value !== undefined);
  const finite = numbers.filter((value): value is number => value !== undefined && Number.isFinite(value));
  return allNumbers && finite.length > 0 ? numberScale(finite) : categoryScale(present);
}

function numberScale(values: readonly number[]): AxisScale {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const map = low > 0 && high / low > 100 ? Math.log10 : (value: number): number => value;
  const [from, to] = [map(low), map(high)];
  const place = (value: number): number => (to === from ? 0.5 : (map(value) - from) / (to - from));
  const distinct = [...new Set(values)].sort((a, b) => a - b);
  const marks = distinct.length <= 6 ? distinct : niceTicks(low, high, map === Math.log10);
  return {
    ticks: spread(marks.map((value) => ({ position: place(value), label: renderNumber(value) }))),
    position(value) {
      const number = jsonNumber(value);
      return number === undefined || !Number.isFinite(number) ? undefined : place(number);
    },
  };
}

function categoryScale(values: readonly Json[]): AxisScale {
  const places = new Map(
    [...new Set(values.map((value) => label(value)))].map((text, i) => [text, i] as const),
  );
  const place = (index: number): number => (places.size < 2 ? 0.5 : index / (places.size - 1));
  return {
    ticks: spread([...places].map(([text, i]) => ({ position: place(i), label: text }))),
    position(value) {
      const index = value === undefined ? undefined : places.get(label(value));
      return index === undefined ? undefined : place(index);
    },
  };
}

function niceTicks(low: number, high: number, logarithmic: boolean): number[] {
  if (logarithmic) {
    const first = Math.ceil(Math.log10(low) - 1e-9);
    const count = Math.floor(Math.log10(high) + 1e-9) - first + 1;
    return Array.from({ length: Math.max(0, count) }, (_, i) => 10 ** (first + i));
  }
  const rough = (high - low) / 5;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((factor) => factor * magnitude >= rough) ?? 10) * magnitude;
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) => (first + i) * step);
}

/** Leaves out ticks that would be written over one another. */
function spread<Tick extends { readonly position: number }>(ticks: readonly Tick[]): Tick[] {
  const kept: Tick[] = [];
  for (const tick of [...ticks].sort((a, b) => a.position - b.position)) {
    const last = kept.at(-1);
    if (last === undefined || tick.position - last.position >= 0.045) kept.push(tick);
  }
  return kept;
}

/** A number in at most four significant digits. */
export function renderNumber(value: number): string {
  if (value !== 0 && (Math.abs(value) >= 1e6 || Math.abs(value) < 1e-4))
    return value
      .toExponential(2)
      .replace(/\.?0+e/, 'e')
      .replace('e+', 'e');
  return String(Number(value.toPrecision(4)));
}

/** A value as an axis or a tooltip shows it. */
export function label(value: Json): string {
  const number = typeof value === 'number' ? renderNumber(value) : undefined;
  const text = number ?? (typeof value === 'string' ? value : canonicalJson(value));
  return text.length > 24 ? `${text.slice(0, 23)}…` : text;
}
