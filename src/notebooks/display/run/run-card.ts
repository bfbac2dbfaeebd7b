import { createUid } from '../../../core/id.ts';
import type { RunRecord } from '../../../tracking/run.ts';
import { renderCard } from '../card/render-card.ts';
import { renderCardText } from '../card/render-card-text.ts';
import type { DisplayPort, MimeBundle } from '../port/display-port.ts';
import type { RunTracker } from './run-tracker.ts';

export interface RunCardOptions {
  readonly port: DisplayPort;
  readonly tracker: RunTracker;
  /** The record as text, for the card's plain twin. */
  readonly renderText: (record: RunRecord) => string;
}

/** Milliseconds between two updates: with the last one, which comes at once, no second has more than four. */
const leastPauseMs = 334;
/** Milliseconds after which the time that a run takes is shown anew while nothing else happens. */
const clockMs = 1000;
/** Share of a processor's time that drawing may take. */
const drawingShare = 0.02;

/** The card of one run: shown once, replaced in place while the run goes on, and left in its last state. */
export class RunCard {
  /** Display id of the card. */
  readonly id: string = `slipway-${createUid()}`;
  readonly #options: RunCardOptions;
  #timer: NodeJS.Timeout | undefined;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #pauseMs = leastPauseMs;
  #isDue = false;
  #isShown = false;
  #isOver = false;

  constructor(options: RunCardOptions) {
    this.#options = options;
    options.tracker.listen(() => this.#changed());
    this.#draw();
  }

  /** Whether the cell that has the card is still the latest one. */
  get isCurrent(): boolean {
    return this.#options.port.isCurrent;
  }

  /** Draws now if enough time has passed since the last time; `prepare` is called first then. */
  drawIfDue(prepare: () => void): void {
    if (this.#isOver || performance.now() < this.#drawnAt + this.#pauseMs) return;
    prepare();
    this.#draw();
  }

  /** Draws the last state, at once: what comes later is not shown. */
  end(): void {
    this.#isOver = true;
    this.#draw();
  }

  #changed(): void {
    if (this.#isOver || this.#isDue) return;
    this.#isDue = true;
    const due = this.#drawnAt + this.#pauseMs - performance.now();
    this.#schedule(Math.max(0, due));
  }

  #schedule(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#draw(), delayMs);
    this.#timer.unref();
  }

  #draw(): void {
    clearTimeout(this.#timer);
    this.#isDue = false;
    const before = process.cpuUsage();
    try {
      this.#send();
    } catch {
      // a front end that cannot be reached must not fail the run whose card it does not get
    }
    this.#drawnAt = performance.now();
    const { user, system } = process.cpuUsage(before);
    this.#pauseMs = Math.max(leastPauseMs, (user + system) / 1000 / drawingShare);
    if (!this.#isOver) this.#schedule(Math.max(this.#pauseMs, clockMs));
  }

  #send(): void {
    const bundle = this.#render();
    const { port } = this.#options;
    if (this.#isShown) port.update(bundle, this.id);
    else port.show(bundle, { id: this.id });
    this.#isShown = true;
  }

  #render(): MimeBundle {
    const { tracker, renderText } = this.#options;
    const view = tracker.view(Date.now());
    return {
      'text/html': renderCard(view).markup,
      'text/plain': renderCardText(view, renderText(view.record)),
    };
  }
}
