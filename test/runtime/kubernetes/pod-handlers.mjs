// Handlers for what happens to pods; packaged into an image.
import { setTimeout as delay } from 'node:timers/promises';

/** Says a line and logs a metric again and again. */
export async function ticking(ctx, { count, ms = 50 }) {
  for (let i = 1; i <= count; i++) {
    console.log(`line ${i}`);
    ctx.logMetric('i', i, { step: i });
    await delay(ms);
  }
  await ctx.logArtifact('notes', 'kept to the end', { name: 'notes.txt' });
  return { count };
}

/** Waits, deaf to everything. */
export async function waiting(ctx) {
  ctx.logMetric('started', 1);
  console.log('waiting begins');
  await delay(600_000);
}

/** Keeps its process busy. */
export function busy(ctx, { ms }) {
  ctx.logMetric('started', 1);
  const until = Date.now() + ms;
  while (Date.now() < until);
  return { done: true };
}

export const showing = (ctx) => ({ secret: ctx.secret('TOKEN').length, variable: process.env.SLIPWAY_TRACKING_URL ?? null });

export const reading = async (_ctx, { data }) => ({ text: await data.text(), url: data.url });

export function flaky(ctx, { failures }) {
  console.log(`attempt ${ctx.attempt} says so`);
  if (ctx.attempt <= failures) throw new Error(`attempt ${ctx.attempt} fails`);
  return { attempt: ctx.attempt };
}
