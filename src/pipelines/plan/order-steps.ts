interface OrderedStep {
  readonly id: string;
  readonly item?: readonly number[];
}

/** Steps with those of a map's items directly behind the step itself, in the items' order; the others where they were. */
export function orderSteps<Step extends OrderedStep>(steps: readonly Step[]): readonly Step[] {
  const items = new Map<string, Step[]>();
  const whole = new Set(steps.map((step) => step.id));
  const top: Step[] = [];
  for (const step of steps) {
    const owner = step.id.replace(/\[.*$/s, '');
    if (owner === step.id || !whole.has(owner)) top.push(step);
    else {
      const known = items.get(owner);
      if (known === undefined) items.set(owner, [step]);
      else known.push(step);
    }
  }
  if (top.length === steps.length) return steps;
  return top.flatMap((step) => [step, ...(items.get(step.id)?.sort(byItem) ?? [])]);
}

/** Records of earlier releases do not know their items' places; those stay in the order in which they began. */
function byItem({ item: a = [] }: OrderedStep, { item: b = [] }: OrderedStep): number {
  const at = a.findIndex((place, depth) => place !== b[depth]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}
