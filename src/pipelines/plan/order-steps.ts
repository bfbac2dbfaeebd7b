/** Steps with those of a map's items directly behind the step itself, the others where they were. */
export function orderSteps<Step extends { readonly id: string }>(steps: readonly Step[]): readonly Step[] {
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
  return top.flatMap((step) => [step, ...(items.get(step.id) ?? [])]);
}
