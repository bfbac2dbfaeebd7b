import type { DisplayOptions, DisplayPort, MimeBundle } from './display-port.ts';

interface DenoJupyter {
  /** A promise in some versions, nothing in others. */
  readonly broadcast: (type: string, content: Readonly<Record<string, unknown>>) => unknown;
}

interface DenoGlobals {
  readonly Deno?: { readonly jupyter?: Partial<DenoJupyter> };
}

/** Sends a message to the front ends of Deno's kernel. */
export type DenoBroadcast = (type: string, content: Readonly<Record<string, unknown>>) => void;

/** Deno's line to its front ends; undefined outside its kernel. */
export function denoBroadcast(): DenoBroadcast | undefined {
  const jupyter = (globalThis as DenoGlobals).Deno?.jupyter;
  const broadcast = jupyter?.broadcast;
  if (typeof broadcast !== 'function') return undefined;
  // a front end that went away must not fail the run whose card it does not get
  return (type, content) => void (async () => broadcast(type, content))().catch(() => undefined);
}

const sameCellMs = 100;

/** The output of the Deno cell that runs now; undefined outside Deno's kernel. */
export function openDenoDisplay(): DisplayPort | undefined {
  const broadcast = denoBroadcast();
  if (broadcast === undefined) return undefined;
  let sentAt = 0;
  const send = (type: string, data: MimeBundle, { id, metadata = {} }: DisplayOptions): void => {
    sentAt = performance.now();
    const transient = id === undefined ? {} : { display_id: id };
    broadcast(type, { data, metadata, transient });
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
