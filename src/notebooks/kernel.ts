/** The notebook kernel this process is, if it is one. */
export type Kernel = 'tslab' | 'deno' | undefined;

interface KernelGlobals {
  readonly __tslab__?: unknown;
  readonly Deno?: { readonly jupyter?: unknown };
}

/** Tells whether this code runs in a notebook, and in which kernel. */
export function detectKernel(): Kernel {
  const globals = globalThis as KernelGlobals;
  if (globals.__tslab__ !== undefined) return 'tslab';
  return globals.Deno?.jupyter === undefined ? undefined : 'deno';
}
