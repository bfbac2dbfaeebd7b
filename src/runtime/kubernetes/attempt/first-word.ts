import { hasEnded } from '../../../tracking/run.ts';
import type { RunStore } from '../../../tracking/store.ts';

export interface FirstWordOptions {
  readonly store: RunStore;
  readonly uid: string;
  /** Of the run. */
  readonly name: string;
  /** Where the pod is to report. */
  readonly url: string;
  /** Seconds that the pod asks there before it gives up. */
  readonly connectSeconds: number;
  readonly onProgress?: (line: string) => void;
}

/** Milliseconds that a pod may run without a word before somebody is told: a loaded node takes seconds to start its program. */
const quietMs = 10_000;

/** What a pod that runs says first. One that says nothing is told about while it still tries: the wrong address is seen at once. */
export class FirstWord {
  readonly #options: FirstWordOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: FirstWordOptions) {
    this.#options = options;
  }

  /** A pod was seen running. */
  expect(pod: string): void {
    this.#timer ??= setTimeout(() => void this.#look(pod).catch(() => undefined), quietMs);
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }

  async #look(pod: string): Promise<void> {
    const { store, uid, name, url, connectSeconds, onProgress } = this.#options;
    const record = await store.getRun(uid);
    if (record.state === 'running' || hasEnded(record)) return;
    onProgress?.(
      `run "${name}": pod "${pod}" runs, but nothing has come from it at ${url} for ${quietMs / 1000} s; ` +
        `it gives up ${connectSeconds} s after its start. Another address of this machine: --tracking-address host[:port]`,
    );
  }
}
