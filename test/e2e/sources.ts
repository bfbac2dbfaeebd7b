/** Trains nothing, but logs what a training does: results, metrics, a dataset, a file. */
export const train = `import type { Context, DataItem } from 'slipway';

/**
 * Fits a line.
 * @param data the rows
 * @param depth how deep
 */
export async function train(ctx: Context, { data, depth = 4, label = 'species' }: { data: DataItem; depth?: number; label?: string }) {
  const table = await data.table();
  for (let step = 1; step <= 3; step++) ctx.logMetric('loss', 1 / (step * depth), { step });
  console.log('training on', table.rowCount, 'rows');
  await ctx.logDataset('rows', table, { labelColumn: label });
  await ctx.logArtifact('note', 'depth ' + depth, { name: 'note.txt' });
  return { accuracy: 1 - 1 / (depth + 1), rows: table.rowCount };
}
`;

export const rows = 'species,mass\nadelie,3700\ngentoo,5000\nchinstrap,3800\n';

/** Scores a depth; the best is 4. */
export const score = `import type { Context } from 'slipway';
export function score(ctx: Context, { depth, leaf = 1, scale = 'linear' }: { depth: number; leaf?: number; scale?: 'linear' | 'log' }) {
  const accuracy = 1 - Math.abs(4 - depth) / 10 - leaf / 100;
  ctx.logMetric('accuracy', accuracy);
  return { accuracy, scale };
}
`;

/** Says that it runs, then waits until it is told to stop. */
export const wait = `import type { Context } from 'slipway';
export async function wait(ctx: Context, { text = 'waiting' }: { text?: string }) {
  console.log(text);
  await new Promise((resolve, reject) => {
    const timer = setInterval(() => {}, 1000);
    ctx.signal.addEventListener('abort', () => { clearInterval(timer); reject(ctx.signal.reason); });
  });
}
`;
