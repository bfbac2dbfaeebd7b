import { globalState } from '../core/global-state.ts';

/** The stop button of a notebook, while something runs that can be stopped. */
export interface Interrupt {
  readonly signal: AbortSignal;
  dispose(): void;
}

type Listener = (signal: NodeJS.Signals) => void;

interface Interruptible {
  readonly running: Set<AbortController>;
  /** The kernel's own listeners, which wait while something runs. */
  held: readonly Listener[];
  /** How often the button was pressed meanwhile. */
  presses: number;
}

/** One listener for all that runs: Node warns of many. */
const state = (): Interruptible =>
  globalState('interruptible', () => ({ running: new Set<AbortController>(), held: [], presses: 0 }));

/**
 * Listens for the kernel's interrupt, which is SIGINT. tslab ends the cell on it but not the code that the cell awaits, which
 * would go on unseen, and shows a stack of its own. So what runs is aborted first, and the cell ends with what became of it; the
 * kernel's own listeners get the signal after that, or when the button is pressed again.
 */
export function listenForInterrupt(): Interrupt {
  const controller = new AbortController();
  const { running } = state();
  if (running.size === 0) takeOver();
  running.add(controller);
  return {
    signal: controller.signal,
    dispose() {
      if (running.delete(controller) && running.size === 0) giveBack();
    },
  };
}

function takeOver(): void {
  const interruptible = state();
  interruptible.held = process.listeners('SIGINT') as Listener[];
  interruptible.presses = 0;
  for (const listener of interruptible.held) process.off('SIGINT', listener);
  process.on('SIGINT', interruptAll);
}

function giveBack(): void {
  const { held, presses } = state();
  process.off('SIGINT', interruptAll);
  for (const listener of held) process.on('SIGINT', listener);
  // by then the cell has ended, unless it caught the error or awaits something else
  if (presses > 0) setImmediate(() => passOn(held));
}

function interruptAll(): void {
  const interruptible = state();
  interruptible.presses += 1;
  if (interruptible.presses > 1) passOn(interruptible.held);
  for (const controller of interruptible.running) controller.abort('it was interrupted in the notebook');
}

function passOn(listeners: readonly Listener[]): void {
  for (const listener of listeners) listener('SIGINT');
}
