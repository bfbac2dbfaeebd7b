import type { TrialOutcome } from '../../batch.ts';

/** Outcomes on their way from who finds them to who waits for them. */
export class OutcomeQueue {
  readonly #ready: TrialOutcome[] = [];
  #failure: { readonly error: unknown } | undefined;
  #ended = false;
  #wake: () => void = () => undefined;
  #isIdle = false;
  #onIdle: (() => void)[] = [];

  push(outcome: TrialOutcome): void {
    this.#ready.push(outcome);
    this.#isIdle = false;
    this.#wake();
  }

  /** Resolves once whoever waits for outcomes has made of them what is to be made: it asks for the next one. */
  async taken(): Promise<void> {
    while (!this.#isIdle && !this.#ended) await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }

  /** Nothing will follow; with an error, because of that. */
  end(failure?: { readonly error: unknown }): void {
    this.#failure ??= failure;
    this.#ended = true;
    this.#wake();
    this.#tellIdle();
  }

  async *outcomes(): AsyncGenerator<TrialOutcome, void> {
    for (;;) {
      for (let next = this.#ready.shift(); next; next = this.#ready.shift()) yield next;
      if (this.#failure) throw this.#failure.error;
      if (this.#ended) return;
      this.#isIdle = true;
      this.#tellIdle();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        if (this.#ready.length > 0 || this.#ended) resolve();
      });
    }
  }

  #tellIdle(): void {
    for (const tell of this.#onIdle.splice(0)) tell();
  }
}
