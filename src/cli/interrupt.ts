import { exitCodeOfSignal } from './exit-code.ts';
import type { TextOutput } from './session.ts';

export interface Interrupt {
  /** Fires on the first signal; its reason is the signal's name. */
  readonly signal: AbortSignal;
  readonly received: () => NodeJS.Signals | undefined;
}

/**
 * Milliseconds in which signals are one request. Ctrl-C reaches every process of the terminal, and a service manager's SIGTERM every
 * process of the service: who is started by another one gets it from there, too.
 */
const togetherMs = 1000;

/**
 * Listens for Ctrl-C and SIGTERM. A graceful command gets to end what it has started, and a second signal, once it says so, ends the
 * process at once; any other command ends at the first.
 */
export function catchInterrupts(graceful: boolean, err: TextOutput): Interrupt {
  const controller = new AbortController();
  let received: NodeJS.Signals | undefined;
  let leavesAtNext = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (leavesAtNext) return void leaveAtOnce(signal);
    if (received) return;
    if (!graceful) process.exit(exitCodeOfSignal(signal));
    received = signal;
    const takeTheNext = (): void => {
      leavesAtNext = true;
      if (signal === 'SIGINT') void err.write('press Ctrl-C again to leave at once\n');
    };
    // signals that came while the process was busy are seen after its timers, and before what is to follow at once
    setTimeout(() => setImmediate(takeTheNext), togetherMs);
    void err.write(`stopping (${signal})\n`);
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
