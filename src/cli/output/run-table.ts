import type { RunRecord } from '../../tracking/run.ts';
import type { Session } from '../session.ts';
import { relativeTime } from './relative-time.ts';
import { renderTook } from './render-run.ts';
import { type Column, renderTable } from './render-table.ts';
import { renderPairs } from './render-value.ts';
import { shortUids } from './short-uid.ts';
import { stateStyle } from './state-style.ts';

/** Runs as a table, newest first as they come; `wide` adds kind, function, runtime, params, labels and commit. */
export function renderRunTable(runs: readonly RunRecord[], session: Session, wide: boolean): string {
  const { colors, width } = session.out;
  const now = session.clock.now();
  const short = shortUids(runs.map((run) => run.uid));
  const columns: Column<RunRecord>[] = [
    { title: 'UID', cell: (run) => (wide ? run.uid : short(run.uid)) },
    { title: 'NAME', cell: (run) => run.name, shrinks: true, style: colors.bold },
    { title: 'STATE', cell: (run) => run.state, style: (text, run) => stateStyle(colors, run.state)(text) },
    { title: 'STARTED', cell: (run) => relativeTime(run.startedAt ?? run.createdAt, now), align: 'right' },
    { title: 'TOOK', cell: (run) => renderTook(run), align: 'right' },
    ...(wide ? wideColumns() : []),
    { title: 'RESULTS', cell: (run) => renderPairs({ ...run.metrics, ...run.results }), shrinks: true },
  ];
  return renderTable(runs, columns, { width: wide ? undefined : width, heading: colors.dim });
}

function wideColumns(): readonly Column<RunRecord>[] {
  return [
    { title: 'KIND', cell: (run) => run.kind },
    { title: 'FUNCTION', cell: (run) => run.function?.source ?? run.function?.name ?? '' },
    { title: 'RUNTIME', cell: (run) => run.runtime ?? '' },
    {
      title: 'COMMIT',
      cell: (run) => (run.git ? `${run.git.commit.slice(0, 8)}${run.git.dirty ? '+' : ''}` : ''),
    },
    { title: 'LABELS', cell: (run) => renderPairs(run.labels) },
    { title: 'PARAMS', cell: (run) => renderPairs(run.params) },
  ];
}
