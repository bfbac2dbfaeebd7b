/**
 * State that must be one per process even when the package is loaded twice (ESM and CommonJS, notebook and bundle).
 * Each room asks for its own slot by name.
 */
export function globalState<T>(slot: string, create: () => T): T {
  const key = Symbol.for('slipway');
  const holder = globalThis as { [key]?: Map<string, unknown> };
  holder[key] ??= new Map();
  const slots = holder[key];
  if (!slots.has(slot)) slots.set(slot, create());
  return slots.get(slot) as T;
}
