/** Numbers in [0, 1), the same for the same seed on every machine. */
export type Random = () => number;

/** Small fast counter generator (sfc32, Chris Doty-Humphrey's PractRand): 32-bit integer arithmetic only, so exact everywhere. */
export function createRandom(seed: number): Random {
  let a = 0x9e3779b9;
  let b = seed | 0;
  let c = Math.floor(seed / 2 ** 32) | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  // seeds that differ in one bit only drift apart after some rounds
  for (let round = 0; round < 15; round++) next();
  return next;
}

/** The same items in random order (Fisher–Yates). */
export function shuffle<T>(items: readonly T[], random: Random): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const held = out[i] as T;
    out[i] = out[j] as T;
    out[j] = held;
  }
  return out;
}

/** `size` of the numbers 0 … count − 1 in ascending order, each as likely as the others; all of them when there are no more. */
export function sampleIndices(count: number, size: number, random: Random): number[] {
  const all = Array.from({ length: count }, (_, i) => i);
  return size >= count
    ? all
    : shuffle(all, random)
        .slice(0, size)
        .sort((a, b) => a - b);
}
