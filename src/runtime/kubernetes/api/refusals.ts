import { kubernetesRefused } from '../errors.ts';

/** Milliseconds that an API server which has just started gets to read the roles: until then it refuses what it allowed before. */
const rolesMs = 30_000;

/** Whether a refusal may pass: one of what was allowed before, for a while. */
export class Refusals {
  #wasAllowed = false;
  #since: number | undefined;

  /** It was allowed. */
  over(): void {
    this.#wasAllowed = true;
    this.#since = undefined;
  }

  mayPass(error: unknown): boolean {
    if (!this.#wasAllowed || !kubernetesRefused.is(error)) return false;
    this.#since ??= performance.now();
    return performance.now() - this.#since < rolesMs;
  }
}
