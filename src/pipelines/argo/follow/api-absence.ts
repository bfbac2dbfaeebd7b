import { setTimeout as delay } from 'node:timers/promises';
import { messageOf, type SlipwayError } from '../../../core/error.ts';
import type { ApiClient } from '../../../runtime/kubernetes/api/api-client.ts';
import { isPassing } from '../../../runtime/kubernetes/api/api-error.ts';
import { createBackoff } from '../../../runtime/kubernetes/api/backoff.ts';
import { clusterLost } from '../errors.ts';

export interface ApiAbsenceOptions {
  /** What is asked for to see whether the API server answers; what it answers does not matter. */
  readonly path: string;
  /** Milliseconds after which it counts as gone for good. */
  readonly awayMs: number;
  readonly onProgress: (line: string) => void;
  readonly onLost: () => void;
}

/** Milliseconds that one question may take. */
const answerMs = 10_000;

/** Tells an API server that is away for a while from one that has gone for good. */
export class ApiAbsence {
  readonly #client: ApiClient;
  readonly #options: ApiAbsenceOptions;
  readonly #closed = new AbortController();
  #isAsking = false;
  #lost: SlipwayError | undefined;

  constructor(client: ApiClient, options: ApiAbsenceOptions) {
    this.#client = client;
    this.#options = options;
  }

  /** Set once it has been away for too long. */
  get lost(): SlipwayError | undefined {
    return this.#lost;
  }

  /** A connection broke: looks whether the server answers, until it does. */
  look(): void {
    if (this.#isAsking || this.#lost !== undefined) return;
    this.#isAsking = true;
    void this.#ask().finally(() => {
      this.#isAsking = false;
    });
  }

  close(): void {
    this.#closed.abort();
  }

  async #ask(): Promise<void> {
    const { awayMs, onProgress } = this.#options;
    const { server } = this.#client;
    const backoff = createBackoff();
    const since = performance.now();
    for (let isTold = false; !this.#closed.signal.aborted; ) {
      const error = await this.#silence();
      if (error === undefined) {
        if (isTold) onProgress(`cluster: the API server ${server} answers again; going on`);
        return;
      }
      if (this.#closed.signal.aborted) return;
      const seconds = Math.round(awayMs / 1000);
      if (performance.now() - since > awayMs) {
        this.#giveUp(seconds, error);
        return;
      }
      if (!isTold)
        onProgress(
          `cluster: ${messageOf(error)}; the steps go on without it, waiting for it (${seconds} s at most)`,
        );
      isTold = true;
      await delay(backoff.next(), undefined, { signal: this.#closed.signal }).catch(() => undefined);
    }
  }

  /** Why no answer came; undefined when one did, whatever it says. */
  async #silence(): Promise<unknown> {
    try {
      const { path } = this.#options;
      await this.#client.request('GET', path, { signal: this.#closed.signal, timeoutMs: answerMs });
      return undefined;
    } catch (error) {
      return isPassing(error) ? error : undefined;
    }
  }

  #giveUp(seconds: number, cause: unknown): void {
    this.#lost = clusterLost(`the cluster did not answer for ${seconds} s: ${messageOf(cause)}`, {
      hint: 'when it is back, go on with what is left: slipway pipeline resume; a cluster that restarts slowly needs a larger kubernetes.awaySeconds',
      cause,
    });
    this.#options.onLost();
  }
}
