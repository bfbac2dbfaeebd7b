import { createUid } from '../core/id.ts';
import type { ProcessIdentity } from './journal-event.ts';
import { currentProcess, isAlive } from './process-identity.ts';

/** A name for who holds a claim: this process, and of what it does the thing named. @default something new */
export function claimHolder(thing: string = createUid()): string {
  return JSON.stringify({ thing, process: currentProcess() });
}

/** Whether the process that holds a claim still runs; undefined where that cannot be told from here. */
export function holderIsAlive(holder: string): boolean | undefined {
  try {
    const { process } = JSON.parse(holder) as { readonly process?: ProcessIdentity };
    return process === undefined ? undefined : isAlive(process);
  } catch {
    return undefined;
  }
}
