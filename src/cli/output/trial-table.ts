import type { IterationRecord, RunRecord } from '../../tracking/run.ts';
import type { Session } from '../session.ts';
import { type Column, renderTable } from './render-table.ts';
import { areNumbers, renderValue } from './render-value.ts';
import { stateStyle } from './state-style.ts';

/** The trials of a sweep: a column a varied param and a result or metric; the best is marked. */
export function renderTrialTable(record: RunRecord, session: Pick<Session, 'out'>): string {
  const { colors, width } = session.out;
  const trials = record.iterations ?? [];
  const isBest = (trial: IterationRecord): boolean => trial.iteration === record.bestIteration;
  const columns: Column<IterationRecord>[] = [
    { title: '', cell: (trial) => (isBest(trial) ? '*' : ''), style: colors.green },
    { title: 'TRIAL', cell: (trial) => String(trial.iteration), align: 'right' },
    ...keyColumns(trials, (trial) => trial.params, 'params.'),
    ...keyColumns(trials, (trial) => ({ ...trial.metrics, ...trial.results }), ''),
    {
      title: 'STATE',
      cell: (trial) => trial.state,
      style: (text, trial) => stateStyle(colors, trial.state)(text),
    },
    { title: 'WHY', cell: (trial) => trial.error?.message ?? '', shrinks: true },
  ];
  return renderTable(trials, columns, { width, heading: colors.dim });
}

function keyColumns(
  trials: readonly IterationRecord[],
  pick: (trial: IterationRecord) => IterationRecord['params'],
  prefix: string,
): readonly Column<IterationRecord>[] {
  const keys = [...new Set(trials.flatMap((trial) => Object.keys(pick(trial))))];
  return keys
    .filter(
      (key) => prefix === '' || new Set(trials.map((trial) => JSON.stringify(pick(trial)[key]))).size > 1,
    )
    .map((key) => ({
      title: `${prefix}${key}`,
      cell: (trial) => renderValue(pick(trial)[key]),
      align: areNumbers(trials.map((trial) => pick(trial)[key])) ? 'right' : 'left',
      shrinks: true,
    }));
}
