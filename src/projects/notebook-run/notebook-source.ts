/** A notebook to execute. */
export interface NotebookSource {
  /** Relative to the root; also how messages name it. */
  readonly path: string;
  /** Text of the notebook, outputs left out. */
  readonly content: string;
  /** Names that its `parameters` cell declares; undefined where it has none and any name goes. */
  readonly parameters: readonly string[] | undefined;
  /** Project folder on this machine. */
  readonly root: string;
}
