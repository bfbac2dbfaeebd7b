/** A notebook as packaging needs it: its code cells in order, outputs and counts left out. */
export interface Notebook {
  /** Path as it was given to `parseNotebook`. */
  readonly path: string;
  /** Language of the kernel. */
  readonly language: string;
  /** Name of the kernel, where the file tells. */
  readonly kernel?: string;
  readonly cells: readonly Cell[];
  /** What was passed over, for the report: cells in other languages. */
  readonly notes: readonly string[];
}

/** A code cell. Line endings are `\n`. */
export interface Cell {
  /** Position among the code cells, from 1, as a reader counts them. */
  readonly number: number;
  /** The file's own id (nbformat 4.5), else one derived from position and content. */
  readonly id: string;
  readonly source: string;
  readonly tags: readonly string[];
  /** Why the cell takes no part in packaging: another language, or a tag. */
  readonly excluded?: string;
}
