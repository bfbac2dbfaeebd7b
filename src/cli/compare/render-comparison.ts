import type { Comparison, ComparisonRow } from '../../tracking/compare-runs.ts';
import { renderTable } from '../output/render-table.ts';
import { renderValue } from '../output/render-value.ts';
import { shortUids } from '../output/short-uid.ts';
import type { Session } from '../session.ts';

/** A comparison for people: a line a key, a column a run; the best value of a line carries a star. */
export function renderComparison(
  comparison: Comparison,
  session: Pick<Session, 'out'>,
  wide: boolean,
): string {
  const { colors, width } = session.out;
  const short = shortUids(comparison.runs.map((run) => run.uid));
  const header: ComparisonRow[] = [
    { kind: 'param', key: 'name', values: comparison.runs.map((run) => run.name), differs: true },
    { kind: 'param', key: 'state', values: comparison.runs.map((run) => run.state), differs: true },
  ];
  const titles = new Map<ComparisonRow, string>(header.map((row) => [row, row.key]));
  const rows = [...header, ...comparison.rows];
  return renderTable(
    rows,
    [
      { title: '', cell: (row) => titles.get(row) ?? `${row.kind}s.${row.key}`, style: colors.dim },
      ...comparison.runs.map((run, at) => ({
        title: short(run.uid),
        cell: (row: ComparisonRow) =>
          `${renderValue(row.values[at] ?? undefined)}${row.best === at ? ' *' : ''}`,
        align: 'right' as const,
        shrinks: true,
        style: (text: string, row: ComparisonRow) => (row.best === at ? colors.green(text) : text),
      })),
    ],
    { width: wide ? undefined : width, heading: colors.bold },
  );
}
