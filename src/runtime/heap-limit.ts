/** Of the memory limit, what V8's heap may take: it then says what is wrong before the kernel kills without a word. */
const heapShare = 0.75;

/** `--max-old-space-size` for a container with this memory limit in bytes. */
export const heapMegabytes = (memory: number): number =>
  Math.max(1, Math.floor((memory * heapShare) / 2 ** 20));
