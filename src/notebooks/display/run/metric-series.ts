/** A metric's points in short, for drawing them small. */
export interface SeriesView {
  readonly name: string;
  /** Finite values in order, evenly thinned where there are many; the last one always. */
  readonly values: readonly number[];
  /** Points logged, not-a-number ones included. */
  readonly count: number;
  readonly min: number;
  readonly max: number;
}

/** Values kept before every other one is dropped: more than a small drawing has pixels. */
const mostValues = 240;

/** Takes the points of one metric as they come. Memory does not grow with their number. */
export class MetricSeries {
  readonly #name: string;
  #values: number[] = [];
  #stride = 1;
  #finite = 0;
  #last: number | undefined;
  #count = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  constructor(name: string) {
    this.#name = name;
  }

  add(value: number | string): void {
    this.#count += 1;
    if (typeof value !== 'number') return;
    if (this.#finite++ % this.#stride === 0) this.#values.push(value);
    this.#last = value;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    if (this.#values.length < mostValues) return;
    this.#values = this.#values.filter((_, i) => i % 2 === 0);
    this.#stride *= 2;
  }

  view(): SeriesView {
    const isLastKept = (this.#finite - 1) % this.#stride === 0;
    const values = this.#last === undefined || isLastKept ? [...this.#values] : [...this.#values, this.#last];
    return { name: this.#name, values, count: this.#count, min: this.#min, max: this.#max };
  }
}
