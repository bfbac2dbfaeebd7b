import type { Context, PipelineStatus } from 'slipway';

/** What one step does wrong. It is an argument like any other, so that it travels with the plan to every engine. */
export interface Trouble {
  /** `throw`: fails. `hang`: does not end before it is aborted. */
  readonly kind: 'throw' | 'hang';
  /** Only in attempts up to this one. @default in all */
  readonly attempts?: number;
  /** Only where `n` is this, so that one item of a map is meant. @default everywhere */
  readonly on?: number;
}

/** The one function that all steps call: adds numbers up, hands a list on, and does wrong what it is told to. */
export async function act(
  ctx: Context,
  {
    n = 1,
    add = [],
    items,
    trouble,
  }: {
    n?: number;
    add?: readonly number[];
    items?: readonly unknown[];
    trouble?: { kind: string; attempts?: number; on?: number };
  },
): Promise<{ n: number; items?: readonly unknown[] }> {
  if (isMeant(trouble, n, ctx.attempt)) await misbehave(ctx, trouble?.kind ?? '');
  const sum = add.reduce((total, one) => total + one, n);
  ctx.logMetric('n', sum);
  return { n: sum, ...(items === undefined ? {} : { items }) };
}

/** The last step: tells how the pipeline ended. */
export function tell(
  _ctx: Context,
  { status }: { status: PipelineStatus },
): { told: string; failed: readonly string[] } {
  return { told: status.state, failed: [...status.failed].sort() };
}

function isMeant(
  trouble: { attempts?: number; on?: number } | undefined,
  n: number,
  attempt: number,
): boolean {
  if (trouble === undefined) return false;
  return (trouble.on === undefined || trouble.on === n) && attempt <= (trouble.attempts ?? attempt);
}

async function misbehave(ctx: Context, kind: string): Promise<void> {
  if (kind === 'throw') throw new Error('told to fail');
  ctx.logMetric('hanging', 1);
  const alive = setInterval(() => undefined, 60_000);
  await new Promise<void>((resolve) => {
    if (ctx.signal.aborted) resolve();
    ctx.signal.addEventListener('abort', () => resolve());
  });
  clearInterval(alive);
  throw new Error('aborted while hanging');
}
