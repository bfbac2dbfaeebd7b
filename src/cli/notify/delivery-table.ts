import type { RetriedNotification } from '../../projects/notifications/run-notifications.ts';
import { renderTable } from '../output/render-table.ts';
import { shortUids } from '../output/short-uid.ts';
import type { Session } from '../session.ts';

/** What became of notifications, for people. */
export function renderDeliveries(
  told: readonly RetriedNotification[],
  { out: { colors, width } }: Pick<Session, 'out'>,
): string {
  const short = shortUids(told.map(({ uid }) => uid));
  return renderTable(
    told,
    [
      { title: 'RUN', cell: ({ uid }) => short(uid) },
      { title: 'NAME', cell: ({ delivery }) => delivery.name },
      { title: 'ON', cell: ({ delivery }) => delivery.on },
      { title: 'STATE', cell: ({ delivery }) => delivery.state },
      { title: 'TRIES', cell: ({ delivery }) => String(delivery.attempts), align: 'right' },
      { title: 'WHY', cell: ({ delivery }) => delivery.error?.message ?? '', shrinks: true },
    ],
    { width, heading: colors.dim },
  );
}
