import type { PipelineEvent } from '../../../src/pipelines/pipeline-event.ts';
import { terminalStates } from '../../../src/tracking/run.ts';
import type { RunStore } from '../../../src/tracking/store.ts';
import type { EventLog } from '../event-log.ts';

/** The moment in which a case is cancelled: the victim's code hangs, and everything has ended that is not to be cancelled. */
export class CancelPoint {
  readonly reached: Promise<void>;
  readonly #store: RunStore;
  readonly #victims: ReadonlySet<string>;
  readonly #waiting: Set<string>;
  #reach: () => void = () => undefined;
  #fail: (error: unknown) => void = () => undefined;

  constructor({ steps }: EventLog, store: RunStore) {
    this.#store = store;
    this.#victims = new Set(steps.filter(isVictim).map(({ id }) => id));
    const ending = steps.filter(
      ({ id, because }) => id !== 'goodbye' && !['cancel', 'items'].includes(because),
    );
    this.#waiting = new Set([...this.#victims, ...ending.map(({ id }) => id)]);
    this.reached = new Promise((resolve, reject) => {
      this.#reach = resolve;
      this.#fail = reject;
    });
  }

  hear(event: PipelineEvent): void {
    if (event.type !== 'step') return;
    const { step, state, runUid } = event;
    if (terminalStates.has(state)) this.#strike(step);
    else if (this.#victims.has(step) && runUid !== undefined)
      this.#untilHanging(runUid).then(() => this.#strike(step), this.#fail);
  }

  async #untilHanging(uid: string): Promise<void> {
    for await (const event of this.#store.events(uid, { follow: true })) if (event.kind === 'metric') return;
  }

  #strike(step: string): void {
    this.#waiting.delete(step);
    if (this.#waiting.size === 0) this.#reach();
  }
}

const isVictim = ({ because, attempts }: EventLog['steps'][number]): boolean =>
  because === 'cancel' && attempts > 0;
