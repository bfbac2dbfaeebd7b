/** One output in several forms, by media type; a front end shows the richest that it knows. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** Where a cell's rich output goes: one adapter a kernel. */
export interface DisplayPort {
  /** Whether the cell that the output belongs to is still the latest one. */
  readonly isCurrent: boolean;
  /** Shows a bundle below the cell. */
  show(bundle: MimeBundle, options?: DisplayOptions): void;
  /** Replaces what was shown under the id, wherever it stands by now. */
  update(bundle: MimeBundle, id: string): void;
}

export interface DisplayOptions {
  /** Under which it can be replaced later. */
  readonly id?: string;
  /** Hints for front ends, by media type. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}
