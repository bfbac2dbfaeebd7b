import type { ScheduledTimeView, ScheduleView } from '../../projects/schedules/list-schedules.ts';
import { renderTable } from '../output/render-table.ts';
import { shortUids } from '../output/short-uid.ts';
import type { Session } from '../session.ts';

/** Schedules of a project, for people. */
export function renderSchedules(
  schedules: readonly ScheduleView[],
  session: Pick<Session, 'out'>,
  wide = false,
): string {
  const { colors, width } = session.out;
  if (schedules.length === 0) return 'no schedules; add them under "schedules:" in project.yaml\n';
  const outcome = outcomeRenderer(schedules.flatMap(({ last }) => last ?? []));
  const engine = { title: 'ENGINE', cell: (one: ScheduleView) => one.engine };
  const isMixed = schedules.some((one) => one.engine !== 'local');
  const more = [
    { title: 'OVERLAP', cell: ({ overlap }: ScheduleView) => overlap },
    { title: 'CATCH-UP', cell: ({ catchUp }: ScheduleView) => catchUp },
  ];
  return renderTable(
    schedules,
    [
      { title: 'NAME', cell: ({ name }) => name, style: colors.bold },
      { title: 'RUNS', cell: (one) => one.pipeline ?? one.function ?? '', shrinks: true },
      { title: 'CRON', cell: ({ cron }) => cron },
      { title: 'ZONE', cell: ({ timezone }) => timezone, shrinks: true },
      { title: 'STATE', cell: ({ state }) => state },
      { title: 'NEXT', cell: ({ next }) => (next === null ? '–' : toMinutes(next)) },
      { title: 'LAST', cell: ({ last }) => (last === null ? '–' : outcome(last)) },
      ...(wide || isMixed ? [engine] : []),
      ...(wide ? more : []),
    ],
    { width: wide ? undefined : width, heading: colors.dim },
  );
}

/** What became of the times of a schedule, for people. */
export function renderTimes(times: readonly ScheduledTimeView[], session: Pick<Session, 'out'>): string {
  const { colors, width } = session.out;
  const outcome = outcomeRenderer(times);
  return renderTable(
    times,
    [
      {
        title: 'TIME',
        cell: ({ at, from }) =>
          from === undefined ? toMinutes(at) : `${toMinutes(from)} – ${toMinutes(at)}`,
      },
      { title: 'OUTCOME', cell: outcome },
      {
        title: 'WHY',
        cell: ({ reason, error, manual }) => reason ?? error?.message ?? (manual ? 'by hand' : ''),
        shrinks: true,
      },
    ],
    { width, heading: colors.dim },
  );
}

type Outcome = (time: ScheduledTimeView) => string;

/** State of a time's run and its uid, in short. */
function outcomeRenderer(times: readonly ScheduledTimeView[]): Outcome {
  const short = shortUids(times.flatMap(({ uid }) => uid ?? []));
  return ({ state, runState, uid }) =>
    state === 'started' ? `${runState ?? 'removed'} ${uid === undefined ? '' : short(uid)}`.trimEnd() : state;
}

/** `2026-01-01T06:00Z`: a scheduled time has no seconds; one by hand is cut. */
const toMinutes = (time: string): string => `${time.slice(0, 16)}Z`;
