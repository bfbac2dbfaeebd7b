/** What of the machine decides where Jupyter keeps its kernels and where programs are. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  /** As `process.arch`. */
  readonly arch: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder. */
  readonly home: string;
  /** The Node that runs. */
  readonly execPath: string;
}
