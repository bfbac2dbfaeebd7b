import { retryNotifications } from '../../projects/notifications/run-notifications.ts';
import type { Execute } from '../command.ts';
import { renderDeliveries } from '../notify/delivery-table.ts';
import { present } from '../output/present.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway notify retry [run]`: exit code 1 where something could still not be sent. */
export const notifyRetry: Execute<'output' | 'json'> = ({ args, options, session }) =>
  withWorkspace(session, async (workspace) => {
    const [reference] = args;
    const uid = reference === undefined ? undefined : (await workspace.store.getRun(reference)).uid;
    const told = await retryNotifications(workspace, { all: true, ...(uid === undefined ? {} : { uid }) });
    await present(session, options, {
      data: () => told.map(({ uid: run, delivery }) => ({ uid: run, ...delivery })),
      text: () => (told.length === 0 ? 'nothing to send\n' : renderDeliveries(told, session)),
      names: () => told.map(({ uid: run, delivery }) => `${run}/${delivery.name}`),
    });
    return told.every(({ delivery }) => delivery.state === 'sent' || delivery.state === 'skipped') ? 0 : 1;
  });
