import type { MimeBundle } from './display/port/display-port.ts';

/** Sends a display message for the cell that it was given for, also after that cell has ended. */
export type TslabWriteDisplay = (
  message: {
    readonly data: MimeBundle;
    readonly metadata: Readonly<Record<string, unknown>>;
    readonly transient: { readonly display_id?: string };
  },
  update: boolean,
) => void;

/** What is used of tslab 1.0.22's module `jupyter`, none of which is public: another build may lack any of it. */
export interface TslabJupyter {
  readonly JupyterHandlerImpl?: { readonly prototype: Record<string, unknown> };
  /** Set anew for every cell. */
  readonly lastWriteDisplayData?: TslabWriteDisplay | null;
}

interface KernelGlobals {
  readonly __tslab__?: {
    readonly require?: { readonly cache?: Readonly<Record<string, NodeModule | undefined>> };
  };
}

/** The live kernel's own module, looked for among the loaded ones: to require it by name gives a dead copy or none. */
export function tslabJupyter(): TslabJupyter | undefined {
  const cache = (globalThis as KernelGlobals).__tslab__?.require?.cache ?? {};
  const known = cache[jupyterFile ?? ''];
  if (known !== undefined) return known.exports as TslabJupyter;
  jupyterFile = Object.keys(cache).find((name) => /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(name));
  return jupyterFile === undefined ? undefined : (cache[jupyterFile]?.exports as TslabJupyter | undefined);
}

let jupyterFile: string | undefined;
