/** A smooth function of many variables: its value at `point`, and its gradient written into `gradient`. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

export interface MinimiseOptions {
  /** Stop when no entry of the gradient is larger. */
  readonly tolerance: number;
  readonly maxSteps: number;
  /** Pairs of steps and gradient changes that stand for the curvature. @default 10 */
  readonly memory?: number;
  readonly onStep?: (step: number, value: number) => Promise<void>;
}

export interface Minimum {
  readonly point: Float64Array;
  readonly value: number;
  readonly steps: number;
  readonly converged: boolean;
}

interface Correction {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly scale: number;
}

/**
 * Limited-memory BFGS with backtracking (Nocedal and Wright, "Numerical Optimization", 2nd ed., algorithms 7.4 and 3.1),
 * starting from zero. On a convex function it ends at the minimum, to the tolerance.
 */
export async function minimise(
  objective: Objective,
  size: number,
  options: MinimiseOptions,
): Promise<Minimum> {
  let point = new Float64Array(size);
  let gradient = new Float64Array(size);
  let value = objective(point, gradient);
  const corrections: Correction[] = [];
  for (let steps = 0; ; steps++) {
    await options.onStep?.(steps, value);
    if (largest(gradient) <= options.tolerance) return { point, value, steps, converged: true };
    if (steps === options.maxSteps) return { point, value, steps, converged: false };
    const direction = descend(gradient, corrections);
    const found = search(objective, point, value, gradient, direction, corrections.length === 0);
    // no lower value along a descent direction: rounding is all that is left
    if (!found) return { point, value, steps, converged: true };
    remember(corrections, found, point, gradient, options.memory ?? 10);
    ({ point, gradient, value } = found);
  }
}

/** −H · gradient, where H is the inverse curvature that the corrections describe (two-loop recursion). */
function descend(gradient: Float64Array, corrections: readonly Correction[]): Float64Array {
  const direction = gradient.map((entry) => -entry);
  const shares: number[] = [];
  for (const { step, change, scale } of [...corrections].reverse()) {
    const share = dot(step, direction) / scale;
    shares.push(share);
    addScaled(direction, change, -share);
  }
  const latest = corrections.at(-1);
  if (latest) {
    const curvature = latest.scale / dot(latest.change, latest.change);
    for (let i = 0; i < direction.length; i++) direction[i] = (direction[i] as number) * curvature;
  }
  for (const { step, change, scale } of corrections)
    addScaled(direction, step, (shares.pop() ?? 0) - dot(change, direction) / scale);
  return direction;
}

interface Found {
  readonly point: Float64Array<ArrayBuffer>;
  readonly gradient: Float64Array<ArrayBuffer>;
  readonly value: number;
}

/** Halves the step until the value falls enough (Armijo's condition). */
function search(
  objective: Objective,
  point: Float64Array,
  value: number,
  gradient: Float64Array,
  direction: Float64Array,
  isFirst: boolean,
): Found | undefined {
  const slope = dot(gradient, direction);
  if (!(slope < 0)) return undefined;
  const next = new Float64Array(point.length);
  const nextGradient = new Float64Array(point.length);
  let length = isFirst ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1;
  for (let halvings = 0; halvings < 50; halvings++, length /= 2) {
    for (let i = 0; i < next.length; i++) next[i] = (point[i] as number) + length * (direction[i] as number);
    const nextValue = objective(next, nextGradient);
    if (nextValue < value && nextValue <= value + 1e-4 * length * slope)
      return { point: next, gradient: nextGradient, value: nextValue };
  }
  return undefined;
}

function remember(
  corrections: Correction[],
  found: Found,
  point: Float64Array,
  gradient: Float64Array,
  memory: number,
): void {
  const step = found.point.map((entry, i) => entry - (point[i] as number));
  const change = found.gradient.map((entry, i) => entry - (gradient[i] as number));
  const scale = dot(step, change);
  // only pairs of positive curvature keep the direction a descent
  if (scale > 1e-12 * dot(change, change)) corrections.push({ step, change, scale });
  if (corrections.length > memory) corrections.shift();
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function addScaled(target: Float64Array, other: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] as number) + factor * (other[i] as number);
}

function largest(values: Float64Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}
