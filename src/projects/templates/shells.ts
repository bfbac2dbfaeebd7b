/** Rows of the sample data that a new project starts with: two measurements of three kinds of shells, always the same. */
export function renderShells(rows = 150): string {
  const random = seeded(20_240_501);
  const normal = (mean: number, spread: number): number => {
    // twelve uniform numbers summed: close to a normal distribution, and the same on every machine
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += random();
    return mean + spread * sum;
  };
  const lines = Array.from({ length: rows }, (_, i) => {
    const kind = kinds[i % kinds.length] ?? kinds[0];
    return `${normal(kind.length, 5.5).toFixed(1)},${normal(kind.width, 3.4).toFixed(1)},${kind.name}`;
  });
  return `length,width,kind\n${lines.join('\n')}\n`;
}

const kinds = [
  { name: 'cockle', length: 34, width: 31 },
  { name: 'mussel', length: 58, width: 27 },
  { name: 'razor', length: 71, width: 15 },
] as const;

/** Uniform numbers in [0, 1) by a linear congruential generator modulo 2^32 (Numerical Recipes' constants). */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
