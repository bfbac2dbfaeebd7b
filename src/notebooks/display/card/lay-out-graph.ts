export interface GraphStep {
  readonly id: string;
  readonly dependencies: readonly string[];
}

/** Where a step stands: columns count from the left by the longest way to the step, rows from the top. */
export interface PlacedStep {
  readonly id: string;
  readonly column: number;
  readonly row: number;
}

/** Layers of a graph without cycles; within a layer a step stands near what it depends on. Unknown ids are passed over. */
export function layOutGraph(steps: readonly GraphStep[]): readonly PlacedStep[] {
  const columns = columnsOf(steps);
  const rows = new Map<string, number>();
  const placed: PlacedStep[] = [];
  const last = Math.max(0, ...columns.values());
  for (let column = 0; column <= last; column++) {
    const layer = steps.filter(({ id }) => columns.get(id) === column);
    const wanted = new Map(layer.map((step, at) => [step.id, column === 0 ? at : meanRow(step, rows, at)]));
    const sorted = [...layer].sort((a, b) => (wanted.get(a.id) ?? 0) - (wanted.get(b.id) ?? 0));
    let next = 0;
    for (const { id } of sorted) {
      const row = Math.max(next, Math.floor(wanted.get(id) ?? 0));
      rows.set(id, row);
      placed.push({ id, column, row });
      next = row + 1;
    }
  }
  return placed;
}

function columnsOf(steps: readonly GraphStep[]): ReadonlyMap<string, number> {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const columns = new Map<string, number>();
  const columnOf = (step: GraphStep): number => {
    const known = columns.get(step.id);
    if (known !== undefined) return known;
    columns.set(step.id, 0);
    const before = step.dependencies.flatMap((id) => {
      const dependency = byId.get(id);
      return dependency === undefined ? [] : [columnOf(dependency) + 1];
    });
    const column = Math.max(0, ...before);
    columns.set(step.id, column);
    return column;
  };
  for (const step of steps) columnOf(step);
  return columns;
}

function meanRow({ dependencies }: GraphStep, rows: ReadonlyMap<string, number>, otherwise: number): number {
  const known = dependencies.flatMap((id) => rows.get(id) ?? []);
  return known.length === 0 ? otherwise : known.reduce((sum, row) => sum + row, 0) / known.length;
}
