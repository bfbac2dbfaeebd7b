import { randomInt } from 'node:crypto';

/**
 * Numbers in [0, 1) with 53 bits, the same on every machine for the same seed: sfc32 (Doty-Humphrey's small fast counting
 * generator, 128 bits of state, passes PractRand), its state filled from the seed by splitmix32 and stirred twelve times.
 * Without a seed the system's generator gives one. Not for secrets.
 */
export function createRandom(seed?: number): () => number {
  let next: (() => number) | undefined;
  return () => {
    // most runs draw nothing: the state is made with the first number
    next ??= sfc32(seed ?? randomInt(2 ** 32));
    return draw(next);
  };
}

function draw(next: () => number): number {
  return ((next() >>> 5) * 67_108_864 + (next() >>> 6)) / 9_007_199_254_740_992;
}

function sfc32(seed: number): () => number {
  const fill = splitmix32(seed);
  let [a, b, c, counter] = [fill(), fill(), fill(), 1];
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}

function splitmix32(seed: number): () => number {
  // both halves of the seed count: 2^32 + 1 is another seed than 1
  let state = Math.trunc(seed) ^ Math.imul(Math.trunc(seed / 2 ** 32), 0x85ebca6b);
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) | 0;
  };
}
