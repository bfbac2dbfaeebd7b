import { RunShipper } from './run-shipper.ts';
import type { ServerClient } from './server-client.ts';
import { watchRemoteStop } from './watch-remote-stop.ts';

export interface ShippingOptions {
  readonly client: ServerClient;
  readonly storeDirectory: string;
  readonly project: string;
  /** A run was asked, at the server, to stop. */
  readonly onStop: (uid: string, reason: string) => void;
}

/** Milliseconds between looks for new output, which the process writes past the journal. */
const outputPollMs = 200;

interface ShippedRun {
  readonly shipper: RunShipper;
  readonly stopWatch: AbortController;
  isOpen: boolean;
}

/** The runs of a local store that are on their way to a server. */
export class Shipping {
  readonly #options: ShippingOptions;
  readonly #runs = new Map<string, ShippedRun>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ShippingOptions) {
    this.#options = options;
  }

  /**
   * Begins to bring a run to the server, with whatever its journal holds and will hold.
   * @param sent last event that the server is known to have
   */
  begin(uid: string, sent?: number): RunShipper {
    const known = this.#runs.get(uid);
    if (known) {
      known.isOpen = true;
      return known.shipper;
    }
    const { client, storeDirectory, project, onStop } = this.#options;
    const shipper = new RunShipper(client, { storeDirectory, project, uid }, sent);
    const stopWatch = new AbortController();
    this.#runs.set(uid, { shipper, stopWatch, isOpen: true });
    void watchRemoteStop(client, uid, stopWatch.signal, (reason) => onStop(uid, reason));
    this.#timer ??= setInterval(() => this.#lookForOutput(), outputPollMs).unref();
    shipper.notify();
    return shipper;
  }

  /** Nothing more will be appended here. */
  end(uid: string): void {
    const run = this.#runs.get(uid);
    if (!run) return;
    run.isOpen = false;
    run.stopWatch.abort();
    if (this.#timer && ![...this.#runs.values()].some(({ isOpen }) => isOpen)) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }

  /** @throws NOT_SHIPPED for the first run that the server does not have within so many milliseconds, once all were tried */
  async flush(withinMs: number): Promise<void> {
    const runs = [...this.#runs];
    const results = await Promise.allSettled(runs.map(([, { shipper }]) => shipper.flush(withinMs)));
    for (const [index, [uid, run]] of runs.entries())
      if (!run.isOpen && results[index]?.status === 'fulfilled') this.#runs.delete(uid);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const { shipper, stopWatch } of this.#runs.values()) {
      stopWatch.abort();
      await shipper.close();
    }
  }

  #lookForOutput(): void {
    for (const { shipper } of this.#runs.values()) if (shipper.hasOutput) shipper.notify();
  }
}
