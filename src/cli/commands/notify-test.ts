import { testNotification } from '../../projects/notifications/test-notification.ts';
import type { Execute } from '../command.ts';
import { present } from '../output/present.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway notify test <name>`. */
export const notifyTest: Execute<'output' | 'json'> = ({ args, options, session }) =>
  withWorkspace(session, async (workspace) => {
    const [name = ''] = args;
    const record = await testNotification(workspace, name, {
      signal: session.signal,
      print: (line) => void session.err.write(`${line}\n`),
    });
    await present(session, options, {
      data: () => ({ name, state: 'sent', uid: record.uid }),
      text: () => `notification ${name} was sent, about run ${record.uid}\n`,
      names: () => [name],
    });
    return undefined;
  });
