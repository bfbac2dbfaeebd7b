import { exitCodeOfSignal } from './exit-code.ts';
import type { TextOutput } from './session.ts';

export interface Interrupt {
  /** Fires on the first signal; its reason is the signal's name. */
  readonly signal: AbortSignal;
  readonly received: () => NodeJS.Signals | undefined;
}

/**
 * Listens for Ctrl-C and SIGTERM. A graceful command gets to end what it has started, and a second signal ends the
 * process at once; any other command ends at the first.
 */
export function catchInterrupts(graceful: boolean, err: TextOutput): Interrupt {
  const controller = new AbortController();
  let received: NodeJS.Signals | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (received) return void leaveAtOnce(signal);
    if (!graceful) process.exit(exitCodeOfSignal(signal));
    received = signal;
    void err.write(
      `stopping (${signal})${signal === 'SIGINT' ? '; press Ctrl-C again to leave at once' : ''}\n`,
    );
    controller.abort(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  return { signal: controller.signal, received: () => received };
}

/** A run that is deaf to being stopped would go on by itself: its processes are killed, and its journal says that it was lost. */
async function leaveAtOnce(signal: NodeJS.Signals): Promise<void> {
  try {
    const { signalGroup, strayDescendants } = await import('../runtime/process/process-group.ts');
    for (const pid of strayDescendants(process.pid).keys()) signalGroup(pid, 'SIGKILL');
  } finally {
    process.exit(exitCodeOfSignal(signal));
  }
}
