/** Something about the test cluster that the reader can do something about; shown without a stack. */
export class ClusterError extends Error {
  constructor(message: string, hint: string) {
    super(`${message}\n  hint: ${hint}`);
    this.name = 'ClusterError';
  }
}
