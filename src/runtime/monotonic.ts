/** Milliseconds that only ever grow. Unlike `performance.now` it needs no module loaded, which a process for one short run would notice. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}
