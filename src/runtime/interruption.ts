import type { ErrorRecord } from '../core/error.ts';

/** What ends a run from outside its handler: a stray error, an exit, a wait for nothing. */
export interface Interrupt {
  readonly error: ErrorRecord;
  readonly exitCode?: number;
}

/** The first interrupt of an attempt; later ones are consequences. */
export class Interruption {
  readonly promise: Promise<Interrupt>;
  #first: Interrupt | undefined;
  #resolve: (interrupt: Interrupt) => void = () => undefined;

  constructor() {
    this.promise = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get first(): Interrupt | undefined {
    return this.#first;
  }

  raise(interrupt: Interrupt): void {
    this.#first ??= interrupt;
    this.#resolve(this.#first);
  }
}
