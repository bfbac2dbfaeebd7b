/** Runs in pods whose commands were killed, as this process looks after them. */
export interface Orphans {
  /** Uids of those that had not ended when it began. */
  readonly runs: readonly string[];
  /**
   * Resolves once what their pods had to say has come, of one run or of all of them; after `withinMs` at the latest.
   * @default 10000
   */
  heard(options?: { readonly uid?: string; readonly withinMs?: number }): Promise<void>;
  /** Resolves once a run has ended and its Job was looked at. One that is not among them has. */
  collected(uid: string): Promise<void>;
  /** Lets go of them: what goes on is there for whoever looks next. */
  close(): Promise<void>;
}
