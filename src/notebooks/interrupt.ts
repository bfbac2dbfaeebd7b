/** The stop button of a notebook, while something runs that can be stopped. */
export interface Interrupt {
  readonly signal: AbortSignal;
  dispose(): void;
}

/**
 * Listens for the kernel's interrupt. tslab ends the cell on it but not the code that the cell awaits, which would go on
 * unseen.
 */
export function listenForInterrupt(): Interrupt {
  const controller = new AbortController();
  const onInterrupt = (): void => controller.abort('it was interrupted in the notebook');
  process.on('SIGINT', onInterrupt);
  return { signal: controller.signal, dispose: () => void process.off('SIGINT', onInterrupt) };
}
