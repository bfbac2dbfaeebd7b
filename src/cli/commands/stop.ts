import { endOrphans } from '../../projects/end-orphans.ts';
import { hasEnded, type RunRecord, terminalStates } from '../../tracking/run.ts';
import type { RunStore } from '../../tracking/store.ts';
import type { Execute } from '../command.ts';
import { stopTimedOut } from '../errors.ts';
import { present } from '../output/present.ts';
import { recordDocument } from '../output/run-document.ts';
import type { Session } from '../session.ts';
import { withWorkspace } from '../with-workspace.ts';

const patience = 30_000;

/** `slipway stop <run…>`: asks each run to stop and waits until it has. A run that has ended already stays as it is. */
export const stop: Execute<'reason' | 'noWait' | 'timeout' | 'output' | 'json'> = ({
  args,
  options,
  session,
}) =>
  withWorkspace(session, async (workspace) => {
    await endOrphans(workspace);
    const { store } = workspace;
    const { reason = 'stopped by slipway stop' } = options;
    const before = await Promise.all(args.map((reference) => store.getRun(reference)));
    const running = before.filter(mayRun);
    for (const run of running) await store.requestStop(run.uid, reason);
    const { stopOnCluster } = await import('../../projects/cluster/stop-on-cluster.ts');
    await Promise.all(before.map((run) => stopOnCluster(workspace, run, reason)));
    const after = await Promise.all(
      before.map((run) =>
        options.noWait || !mayRun(run) ? run : waitForEnd(store, run, options.timeout ?? patience, session),
      ),
    );
    await present(session, options, {
      data: () => after.map(recordDocument),
      text: () =>
        after
          .map((run) =>
            renderLine(
              run,
              running.some(({ uid }) => uid === run.uid),
            ),
          )
          .join(''),
      names: () => after.map((run) => run.uid),
    });
    return undefined;
  });

/** What was not heard of any more may still be there on its cluster. */
function mayRun(run: RunRecord): boolean {
  return run.cluster === undefined ? !terminalStates.has(run.state) : !hasEnded(run);
}

function renderLine(run: RunRecord, wasRunning: boolean): string {
  if (!wasRunning) return `${run.uid} had already ended: ${run.state}\n`;
  return terminalStates.has(run.state) ? `${run.uid} ${run.state}\n` : `${run.uid} asked to stop\n`;
}

async function waitForEnd(
  store: RunStore,
  run: RunRecord,
  timeoutMs: number,
  session: Session,
): Promise<RunRecord> {
  const signal = AbortSignal.any([session.signal, AbortSignal.timeout(timeoutMs)]);
  try {
    for await (const event of store.events(run.uid, { follow: true, signal }))
      if (event.kind === 'state' && terminalStates.has(event.state)) break;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  const after = await store.getRun(run.uid);
  if (terminalStates.has(after.state)) return after;
  throw stopTimedOut(`run "${run.uid}" was asked to stop and is still ${after.state}`, {
    hint: 'look again with slipway ps; a busy loop in an inline run can only be ended with its process',
  });
}
