/** A graph to lay out: ids of nodes, each with the ids of those that it comes after. */
export type GraphNodes = ReadonlyMap<string, readonly string[]>;

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface GraphLayout {
  readonly width: number;
  readonly height: number;
  /** Centres of the nodes. */
  readonly nodes: ReadonlyMap<string, Point>;
  /** Ways of the edges from the foot of one node to the head of another, around the nodes between. */
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly points: readonly Point[];
  }[];
}

export interface NodeSize {
  readonly width: number;
  readonly height: number;
  /** Between nodes of one layer, and between layers. */
  readonly gap: Point;
}

interface Cell {
  readonly id: string;
  readonly layer: number;
  readonly before: string[];
  readonly after: string[];
}

/** Places nodes in layers, each below what it comes after, so that few edges cross. Nodes on a cycle are not expected. */
export function layoutGraph(nodes: GraphNodes, size: NodeSize): GraphLayout {
  const cells = createCells(nodes);
  const layers = orderLayers(cells);
  const step = size.width + size.gap.x;
  const widest = Math.max(1, ...layers.map((layer) => layer.length));
  const width = widest * step - size.gap.x;
  const centres = new Map<string, Point>();
  for (const [depth, layer] of layers.entries()) {
    const start = (width - (layer.length * step - size.gap.x)) / 2;
    const y = depth * (size.height + size.gap.y) + size.height / 2;
    for (const [at, id] of layer.entries()) centres.set(id, { x: start + at * step + size.width / 2, y });
  }
  const height = layers.length * (size.height + size.gap.y) - size.gap.y;
  return {
    width,
    height: Math.max(0, height),
    nodes: new Map([...nodes.keys()].flatMap((id) => (centres.has(id) ? [[id, at(centres, id)]] : []))),
    edges: [...nodes].flatMap(([to, froms]) =>
      froms
        .filter((from) => nodes.has(from))
        .map((from) => ({ from, to, points: way(from, to, cells, centres, size) })),
    ),
  };
}

/** The nodes by layer, and a waypoint in every layer that an edge passes through. */
function createCells(nodes: GraphNodes): ReadonlyMap<string, Cell> {
  const depths = new Map<string, number>();
  const depthOf = (id: string): number => {
    const known = depths.get(id);
    if (known !== undefined) return known;
    depths.set(id, 0);
    const before = (nodes.get(id) ?? []).filter((one) => nodes.has(one));
    const depth = before.length === 0 ? 0 : 1 + Math.max(...before.map(depthOf));
    depths.set(id, depth);
    return depth;
  };
  const cells = new Map<string, Cell>();
  for (const id of nodes.keys()) cells.set(id, { id, layer: depthOf(id), before: [], after: [] });
  for (const [to, froms] of nodes) for (const from of froms) if (nodes.has(from)) connect(cells, from, to);
  return cells;
}

function connect(cells: Map<string, Cell>, from: string, to: string): void {
  let before = cells.get(from);
  const last = cells.get(to);
  if (before === undefined || last === undefined) return;
  for (let layer = before.layer + 1; layer < last.layer; layer++) {
    const cell: Cell = { id: waypoint(from, to, layer), layer, before: [before.id], after: [] };
    before.after.push(cell.id);
    cells.set(cell.id, cell);
    before = cell;
  }
  before.after.push(to);
  last.before.push(before.id);
}

const waypoint = (from: string, to: string, layer: number): string => `\0${from}\0${to}\0${layer}`;

/** Ids by layer; each layer ordered by the middle of its neighbours, down and up a few times. */
function orderLayers(cells: ReadonlyMap<string, Cell>): readonly (readonly string[])[] {
  const layers: string[][] = [];
  for (const { id, layer } of cells.values()) {
    while (layers.length <= layer) layers.push([]);
    layers[layer]?.push(id);
  }
  const positions = new Map<string, number>();
  const note = (layer: readonly string[]): void => {
    for (const [at, id] of layer.entries()) positions.set(id, at - layer.length / 2);
  };
  layers.forEach(note);
  for (let round = 0; round < 4; round++) {
    const down = round % 2 === 0;
    for (const layer of down ? layers : [...layers].reverse()) {
      const middle = (id: string): number => {
        const cell = cells.get(id);
        const near = (down ? cell?.before : cell?.after) ?? [];
        if (near.length === 0) return positions.get(id) ?? 0;
        return near.reduce((sum, one) => sum + (positions.get(one) ?? 0), 0) / near.length;
      };
      const keys = new Map(layer.map((id) => [id, middle(id)]));
      layer.sort((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0));
      note(layer);
    }
  }
  return layers;
}

function way(
  from: string,
  to: string,
  cells: ReadonlyMap<string, Cell>,
  centres: ReadonlyMap<string, Point>,
  { height }: NodeSize,
): readonly Point[] {
  const [start, end] = [at(centres, from), at(centres, to)];
  const points: Point[] = [{ x: start.x, y: start.y + height / 2 }];
  const last = cells.get(to)?.layer ?? 0;
  for (let layer = (cells.get(from)?.layer ?? 0) + 1; layer < last; layer++) {
    const point = centres.get(waypoint(from, to, layer));
    if (point !== undefined)
      points.push({ x: point.x, y: point.y - height / 2 }, { x: point.x, y: point.y + height / 2 });
  }
  return [...points, { x: end.x, y: end.y - height / 2 }];
}

const at = (centres: ReadonlyMap<string, Point>, id: string): Point => centres.get(id) ?? { x: 0, y: 0 };
