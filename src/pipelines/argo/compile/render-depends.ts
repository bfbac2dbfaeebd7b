import type { EdgeKind } from './scope-graph.ts';

const ends: Readonly<Record<EdgeKind, readonly string[]>> = {
  data: ['Succeeded'],
  order: ['Succeeded', 'Skipped', 'Omitted'],
  end: ['Succeeded', 'Skipped', 'Omitted', 'Failed', 'Errored'],
};

/** What a task waits for, as Argo's `depends`; undefined where it waits for nothing. */
export function renderDepends(edges: Iterable<readonly [string, EdgeKind]>): string | undefined {
  const terms = [...edges].map(([task, kind]) => {
    const any = ends[kind].map((end) => `${task}.${end}`);
    return any.length === 1 ? any[0] : `(${any.join(' || ')})`;
  });
  return terms.length === 0 ? undefined : terms.join(' && ');
}
