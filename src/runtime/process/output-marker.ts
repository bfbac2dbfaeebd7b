/** Finds the end of a run's output in a stream that goes on with other runs. */
export interface MarkerScanner {
  /** The run's own part of the next bytes, and whether the marker has come. */
  scan(data: Buffer): { readonly output: Buffer; readonly ended: boolean };
}

/** `marker` begins with a byte that occurs nowhere else in it. */
export function createMarkerScanner(marker: string): MarkerScanner {
  const wanted = Buffer.from(marker);
  const first = wanted[0] ?? 0;
  let held: Buffer = Buffer.alloc(0);
  return {
    scan(data) {
      const all = held.length === 0 ? data : Buffer.concat([held, data]);
      const at = all.indexOf(wanted);
      if (at >= 0) return { output: all.subarray(0, at), ended: true };
      // the marker may be cut: its beginning is held back until the rest has come
      const start = all.lastIndexOf(first);
      const cut =
        start >= 0 && wanted.subarray(0, all.length - start).equals(all.subarray(start)) ? start : all.length;
      held = all.subarray(cut);
      return { output: all.subarray(0, cut), ended: false };
    },
  };
}
