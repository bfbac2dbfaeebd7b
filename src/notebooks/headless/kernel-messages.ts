import type { ErrorRecord } from '../../core/error.ts';
import type { MimeBundle } from './notebook-file.ts';

/** What the kernel process is told through its IPC channel. */
export type ToKernel =
  | {
      readonly type: 'open';
      /** Folder of the tslab package. */
      readonly tslab: string;
      /** Folder that the cells' relative paths start from. */
      readonly directory: string;
      readonly notebook: string;
      /** Given to whoever set the kernel up, before the first cell. */
      readonly setup?: unknown;
    }
  | { readonly type: 'execute'; readonly cell: number; readonly code: string }
  | { readonly type: 'stop'; readonly reason: string }
  /** No further cell comes: ends the process, with what exit code says about the notebook. */
  | { readonly type: 'end'; readonly exitCode: number };

/** What it says through its own channel, one JSON line each, in the order in which things happened. */
export type FromKernel =
  | { readonly type: 'ready' }
  | { readonly type: 'refused'; readonly error: ErrorRecord }
  | { readonly type: 'stream'; readonly name: 'stdout' | 'stderr'; readonly text: string }
  | {
      readonly type: 'display';
      readonly data: MimeBundle;
      readonly id?: string;
      readonly update: boolean;
    }
  | { readonly type: 'stray'; readonly error: CellError }
  | { readonly type: 'call'; readonly name: string; readonly payload: string }
  | { readonly type: 'done'; readonly cell: number; readonly error?: CellError };

/** Why a cell failed. Lines and columns count from 1, in the cell. */
export interface CellError {
  readonly name: string;
  readonly message: string;
  /** Cell that the place belongs to: a function of an earlier cell may be what throws. */
  readonly cell?: number;
  readonly line?: number;
  readonly column?: number;
  /** Frames in cells and the user's own files, innermost first. */
  readonly frames: readonly string[];
  /** Code and hint of an error that Slipway raised. */
  readonly code?: string;
  readonly hint?: string;
  /** The kernel's type check refused the cell: it did not run. */
  readonly refused?: boolean;
}
