import { globalState } from './global-state.ts';

type Listener = () => void;

const state = (): { readonly listeners: Set<Listener>; next: number } =>
  globalState('pulse', () => ({ listeners: new Set<Listener>(), next: 0 }));

/** Milliseconds between two beats. */
const beatMs = 100;

/**
 * Called by what a busy loop calls again and again: gives those who watch a moment, a few times a second, where timers cannot
 * fire because nobody lets them. Costs nothing while nobody watches.
 */
export function pulse(): void {
  const { listeners, next } = state();
  if (listeners.size === 0) return;
  const now = performance.now();
  if (now < next) return;
  state().next = now + beatMs;
  for (const listener of listeners) listener();
}

/** Calls back with every beat until the function that is returned is called. */
export function onPulse(listener: Listener): () => void {
  const { listeners } = state();
  listeners.add(listener);
  return () => listeners.delete(listener);
}
