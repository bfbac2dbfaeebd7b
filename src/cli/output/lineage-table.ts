import type { LineageGraph, LineageNode } from '../../data/lineage-graph.ts';
import type { Session } from '../session.ts';
import { renderTable } from './render-table.ts';

interface LineageRow {
  readonly name: string;
  readonly uid: string;
  readonly read: string;
  readonly made: string;
}

/** The runs of a lineage, the oldest first: what each read and what it made of it. */
export function renderLineage(graph: LineageGraph, session: Pick<Session, 'out'>): string {
  const { colors, width } = session.out;
  return renderTable(
    lineageRows(graph),
    [
      { title: 'RUN', cell: (row) => row.name, style: colors.bold },
      { title: 'UID', cell: (row) => row.uid },
      { title: 'READ', cell: (row) => row.read, shrinks: true },
      { title: 'MADE', cell: (row) => row.made, shrinks: true },
    ],
    { width, heading: colors.dim },
  );
}

function lineageRows({ nodes, edges }: LineageGraph): readonly LineageRow[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const runs = nodes.filter((node) => node.type === 'run');
  // uids begin with the time
  const ordered = [...runs].sort((a, b) => (a.uid < b.uid ? -1 : 1));
  return ordered.map((run) => ({
    name: run.name,
    uid: run.uid,
    read: edges
      .filter((edge) => edge.type === 'read' && edge.to === run.id)
      .map((edge) => `${edge.key}=${nameOf(byId.get(edge.from))}`)
      .join(', '),
    made: edges
      .filter((edge) => edge.type === 'produced' && edge.from === run.id)
      .map((edge) => edge.key)
      .join(', '),
  }));
}

function nameOf(node: LineageNode | undefined): string {
  if (node === undefined) return '?';
  if (node.type === 'run') return node.name;
  return node.type === 'artifact' ? node.key : node.uri;
}
