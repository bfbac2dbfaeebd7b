import type { DisplayOptions, DisplayPort, MimeBundle } from './display-port.ts';

/** The part of `Deno.jupyter` that sends messages to front ends. */
export interface DenoJupyter {
  broadcast(
    type: string,
    content: Readonly<Record<string, unknown>>,
    extra?: { readonly metadata?: Readonly<Record<string, unknown>> },
  ): Promise<void>;
}

interface DenoGlobals {
  readonly Deno?: { readonly jupyter?: Partial<DenoJupyter> };
}

/** Deno's line to its front ends; undefined outside its kernel. */
export function denoJupyter(): DenoJupyter | undefined {
  const jupyter = (globalThis as DenoGlobals).Deno?.jupyter;
  return typeof jupyter?.broadcast === 'function' ? (jupyter as DenoJupyter) : undefined;
}

const sameCellMs = 100;

/** The output of the Deno cell that runs now; undefined outside Deno's kernel. */
export function openDenoDisplay(): DisplayPort | undefined {
  const jupyter = denoJupyter();
  if (jupyter === undefined) return undefined;
  const { broadcast } = jupyter;
  let sentAt = 0;
  const send = (type: string, data: MimeBundle, { id, metadata = {} }: DisplayOptions): void => {
    sentAt = performance.now();
    const transient = id === undefined ? {} : { display_id: id };
    // a front end that went away must not fail the run whose card it does not get
    broadcast(type, { data, metadata, transient }).catch(() => undefined);
  };
  return {
    // Deno does not tell which cell runs: what a cell shows last follows at once on what it showed before
    get isCurrent() {
      return performance.now() - sentAt < sameCellMs;
    },
    show: (bundle, options = {}) => send('display_data', bundle, options),
    update: (bundle, id) => send('update_display_data', bundle, { id }),
  };
}
