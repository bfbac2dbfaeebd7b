import { extent, tickStep } from '../plots/scale.ts';

export interface Bins {
  /** One more than there are bins. */
  readonly edges: readonly number[];
  /** Per group: how many values fall into each bin. */
  readonly counts: readonly (readonly number[])[];
}

/** Counts numbers in bins of a round width, as many as suit the number of values (Sturges' rule, 6 to 30). `groups[i]` is the group of value i. */
export function binNumbers(
  values: readonly number[],
  groups: readonly number[],
  groupCount: number,
  whole: boolean,
): Bins {
  const [low, high] = extent(values);
  const wanted = Math.min(30, Math.max(6, Math.ceil(Math.log2(Math.max(1, values.length))) * 2));
  const step = low === high ? Math.abs(low) * 0.1 || 1 : tickStep(low, high, wanted, whole);
  // 0.3 / 0.1 is a little less than 3
  const place = (value: number): number => Math.floor(value / step + 1e-9);
  const first = place(low);
  const count = Math.max(1, place(high) - first + 1);
  const edges = Array.from({ length: count + 1 }, (_, i) => (first + i) * step);
  const counts = Array.from({ length: groupCount }, () => new Array<number>(count).fill(0));
  values.forEach((value, i) => {
    const bin = Math.min(count - 1, Math.max(0, place(value) - first));
    const own = counts[groups[i] ?? 0];
    if (own) own[bin] = (own[bin] ?? 0) + 1;
  });
  return { edges, counts };
}
