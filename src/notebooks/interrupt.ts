import { globalState } from '../core/global-state.ts';

/** The stop button of a notebook, while something runs that can be stopped. */
export interface Interrupt {
  readonly signal: AbortSignal;
  dispose(): void;
}

/** One listener for all that runs: Node warns of many. */
const running = (): Set<AbortController> => globalState('interruptible', () => new Set<AbortController>());

function interruptAll(): void {
  for (const controller of running()) controller.abort('it was interrupted in the notebook');
}

/**
 * Listens for the kernel's interrupt. tslab ends the cell on it but not the code that the cell awaits, which would go on
 * unseen.
 */
export function listenForInterrupt(): Interrupt {
  const controller = new AbortController();
  if (running().size === 0) process.on('SIGINT', interruptAll);
  running().add(controller);
  return {
    signal: controller.signal,
    dispose() {
      running().delete(controller);
      if (running().size === 0) process.off('SIGINT', interruptAll);
    },
  };
}
