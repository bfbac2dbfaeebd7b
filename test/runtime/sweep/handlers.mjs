import { setTimeout as delay } from 'node:timers/promises';

export async function score(ctx, { x, y = 0 }) {
  console.log(`scores ${x}`);
  ctx.logMetric('x2', x * x);
  await ctx.logArtifact('model', `model of x ${x}`, { name: 'model.txt' });
  if (x < 0) throw new Error(`x is negative: ${x}`);
  return { score: x - y, nan: Number.NaN };
}

export const drawn = (ctx, { x }) => ({ score: x + ctx.random() });

export async function flaky(ctx, { x }) {
  console.log(`attempt ${ctx.attempt} of ${x}`);
  if (x === 2 && ctx.attempt < 3) throw new Error(`not yet: ${ctx.attempt}`);
  return { score: x * 10 + ctx.attempt };
}

/** Ends in ways that leave no last word. */
export async function fatal(ctx, { x }) {
  // the program that started this one: nobody is left in the pod to say anything
  if (x === 2) process.kill(process.ppid, 'SIGKILL');
  if (x === 3) process.exit(7);
  if (x === 4) {
    const held = [];
    for (;;) held.push(Buffer.alloc(16 * 2 ** 20, 1));
  }
  return { score: x };
}

export function fatalOnce(ctx, { x }) {
  if (ctx.attempt === 1) process.kill(process.ppid, 'SIGKILL');
  return { score: x, attempt: ctx.attempt };
}

export async function endless(ctx, { x }) {
  console.log(`begun ${x}`);
  await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve));
}

export async function slow(_ctx, { x }) {
  await delay(x === 1 ? 1500 : 5);
  return { score: x };
}

export async function search(ctx, { until }) {
  for (let x = 1; x <= until; x++) {
    const trial = ctx.child({ x });
    trial.logResult('score', -((x - 3) ** 2));
    await trial.logArtifact('model', `found at ${x}`, { name: 'model.txt' });
    trial.complete();
  }
  return { tried: until };
}

export const secretive = (ctx, { x }) => ({ score: x, token: ctx.secret('TOKEN') });

const waits = (ctx) => new Promise((resolve) => ctx.signal.addEventListener('abort', resolve));

/** One trial goes on until it is ended; those before and after it are done at once. */
export async function waitsAt(ctx, { x, at }) {
  console.log(`begun ${x}, attempt ${ctx.attempt}, pid ${process.pid}`);
  ctx.logMetric('begun', x);
  if (x === at) await waits(ctx);
  return { score: x, pid: process.pid };
}

/** As above, in the first pod that comes to it. */
export async function waitsOnce(ctx, { x, at }) {
  ctx.logMetric('begun', x);
  if (x === at && !(await hasBegunBefore(ctx))) await waits(ctx);
  return { score: x };
}

/** Whether another pod was at this run before: what it wrote came here with the journal. */
async function hasBegunBefore({ uid }) {
  const { readFileSync } = await import('node:fs');
  const { SLIPWAY_HOME, SLIPWAY_PROJECT } = process.env;
  const journal = readFileSync(`${SLIPWAY_HOME}/projects/${SLIPWAY_PROJECT}/runs/${uid}/events.jsonl`, 'utf8');
  return journal.includes('"kind":"attempt"');
}

let calls = 0;

/** How often this process has been asked. */
export const counting = (_ctx, { x }) => ({ score: x, call: ++calls, pid: process.pid });

/** Kills the program of the pod at one of the trials, once that has what was printed. */
export async function killsAt(_ctx, { x, at }) {
  console.log(`begun ${x}`);
  if (x !== at) return { score: x };
  await delay(1000);
  process.kill(process.ppid, 'SIGKILL');
  await delay(60_000);
}

/** Fails at one, takes all memory at another. */
export async function troubled(_ctx, { x }) {
  if (x === 2) throw new Error('x is 2');
  if (x === 3) process.exit(3);
  if (x === 4) {
    const held = [];
    for (;;) held.push(Buffer.alloc(16 * 2 ** 20, 1));
  }
  return { score: x };
}

/** One is good enough, and takes its time, so that another pod may come as much later or earlier and still be under way at its end. */
export async function goodAt(ctx, { x, at }) {
  console.log(`begun ${x}`);
  await delay(x === at ? 8000 : 16_000);
  return { score: x };
}
