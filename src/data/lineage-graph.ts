import type { ArtifactKind, ArtifactRecord, RunKind, RunRecord, RunState } from '../tracking/run.ts';

/** Runs, artifacts and outside data as nodes; what was read and what was produced as edges. Plain JSON. */
export interface LineageGraph {
  readonly nodes: readonly LineageNode[];
  readonly edges: readonly LineageEdge[];
}

export type LineageNode =
  | {
      readonly id: string;
      readonly type: 'run';
      readonly uid: string;
      readonly name: string;
      readonly runKind: RunKind;
      readonly state: RunState;
      readonly parent?: string;
    }
  | {
      readonly id: string;
      readonly type: 'artifact';
      readonly key: string;
      readonly kind: ArtifactKind;
      readonly uri: string;
      readonly digest: string;
    }
  /** Data that no run of the store made: a file, a URL. */
  | { readonly id: string; readonly type: 'data'; readonly uri: string; readonly digest?: string };

/** `from` was read by the run `to`, or the run `from` produced `to`; `key` is the input's or artifact's name. */
export interface LineageEdge {
  readonly from: string;
  readonly to: string;
  readonly type: 'read' | 'produced';
  readonly key: string;
}

interface Directions {
  readonly depth?: number;
  readonly direction?: 'upstream' | 'downstream' | 'both';
}

/** The part of the runs' lineage that leads to an artifact or run, and comes from it. */
export function lineageGraph(
  start: ArtifactRecord | RunRecord,
  runs: readonly RunRecord[],
  { depth = Number.POSITIVE_INFINITY, direction = 'both' }: Directions = {},
): LineageGraph {
  const whole = wholeGraph(start, runs);
  const origin = 'uid' in start ? runId(start.uid) : artifactId(start);
  const kept = new Set([origin]);
  const edges = new Set<LineageEdge>();
  if (direction !== 'downstream') walk(origin, depth, whole.into, (edge) => edge.from, kept, edges);
  if (direction !== 'upstream') walk(origin, depth, whole.outOf, (edge) => edge.to, kept, edges);
  return {
    nodes: [...whole.nodes.values()].filter((node) => kept.has(node.id)),
    edges: whole.edges.filter((edge) => edges.has(edge)),
  };
}

interface WholeGraph {
  readonly nodes: Map<string, LineageNode>;
  readonly edges: LineageEdge[];
  readonly into: Map<string, LineageEdge[]>;
  readonly outOf: Map<string, LineageEdge[]>;
}

function wholeGraph(start: ArtifactRecord | RunRecord, runs: readonly RunRecord[]): WholeGraph {
  const graph: WholeGraph = { nodes: new Map(), edges: [], into: new Map(), outOf: new Map() };
  const known = new Set(runs.map((run) => run.uid));
  const oldestFirst = [...runs].sort((a, b) => (a.uid < b.uid ? -1 : 1));
  const byDigest = new Map<string, string[]>();
  const addArtifact = (artifact: ArtifactRecord): void => {
    const id = artifactId(artifact);
    if (graph.nodes.has(id)) return;
    const { key, kind, uri, digest } = artifact;
    graph.nodes.set(id, { id, type: 'artifact', key, kind, uri, digest });
    append(byDigest, digest, id);
  };
  if (!('uid' in start)) addArtifact(start);
  for (const run of oldestFirst) {
    graph.nodes.set(runId(run.uid), runNode(run));
    for (const artifact of run.artifacts) {
      addArtifact(artifact);
      // a sweep and a pipeline list what their trials and steps made
      if (artifact.producer !== run.uid && known.has(artifact.producer)) continue;
      connect(graph, { from: runId(run.uid), to: artifactId(artifact), type: 'produced', key: artifact.key });
    }
  }
  for (const run of oldestFirst) addInputs(graph, run, byDigest);
  return graph;
}

function addInputs(
  graph: WholeGraph,
  run: RunRecord,
  byDigest: ReadonlyMap<string, readonly string[]>,
): void {
  for (const [key, { uri, digest }] of Object.entries(run.inputs)) {
    const same = digest === undefined ? [] : (byDigest.get(digest) ?? []);
    const named = same.find(
      (id) => uri.startsWith('store://') && id.startsWith(`artifact ${uri.split('@')[0]}@`),
    );
    let from = named ?? same.at(0);
    if (from === undefined) {
      from = `data ${uri}${digest === undefined ? '' : ` ${digest}`}`;
      graph.nodes.set(from, { id: from, type: 'data', uri, ...(digest === undefined ? {} : { digest }) });
    }
    connect(graph, { from, to: runId(run.uid), type: 'read', key });
  }
}

function connect(graph: WholeGraph, edge: LineageEdge): void {
  graph.edges.push(edge);
  append(graph.into, edge.to, edge);
  append(graph.outOf, edge.from, edge);
}

function append<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}

function walk(
  origin: string,
  depth: number,
  edgesAt: ReadonlyMap<string, readonly LineageEdge[]>,
  next: (edge: LineageEdge) => string,
  kept: Set<string>,
  edges: Set<LineageEdge>,
): void {
  const seen = new Set([origin]);
  let frontier = [origin];
  // two edges lie between one run and the next
  for (let step = 0; step < depth * 2 && frontier.length; step++) {
    const reached: string[] = [];
    for (const edge of frontier.flatMap((id) => edgesAt.get(id) ?? [])) {
      edges.add(edge);
      const id = next(edge);
      kept.add(id);
      if (!seen.has(id)) reached.push(id);
      seen.add(id);
    }
    frontier = reached;
  }
}

const runId = (uid: string): string => `run ${uid}`;
const artifactId = ({ uri, digest }: ArtifactRecord): string =>
  `artifact ${uri.includes('@') ? uri : `${uri}@${digest}`}`;

function runNode(run: RunRecord): LineageNode {
  return {
    id: runId(run.uid),
    type: 'run',
    uid: run.uid,
    name: run.name,
    runKind: run.kind,
    state: run.state,
    ...(run.parent === undefined ? {} : { parent: run.parent }),
  };
}
