/** Milliseconds in which a node hears of a pod that was given to it. */
const hearsMs = 10_000;

/** Whether a pod that is said not to be there may still come: its node answers for its log, and hears of it later than the API server. */
export class UnknownPod {
  #isKnown = false;
  #since: number | undefined;

  /** The node knows it. */
  over(): void {
    this.#isKnown = true;
  }

  mayPass(): boolean {
    if (this.#isKnown) return false;
    this.#since ??= performance.now();
    return performance.now() - this.#since < hearsMs;
  }
}
