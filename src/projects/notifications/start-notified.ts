import { existsSync } from 'node:fs';
import type { RunRecord } from '../../tracking/run.ts';
import type { Workspace } from '../workspace.ts';
import type { NotificationRequest } from './notification-entry.ts';
import { outboxFolder } from './outbox-folder.ts';

/** A run under way. */
interface Running {
  readonly uid: string;
  wait(): Promise<RunRecord>;
}

/**
 * Starts a run that will have this uid, and tells of it: `wait` resolves once its end has been told, or left to the next process. Throws
 * what is wrong with the notifications of the request before anything starts. Next to free where there is nothing to tell.
 */
export async function startNotified<Run extends Running>(
  workspace: Workspace,
  uid: string,
  request: NotificationRequest & { readonly signal?: AbortSignal },
  start: () => Run | Promise<Run>,
): Promise<Run> {
  const { project } = workspace;
  const isSilent =
    (project.spec.notifications ?? []).length === 0 &&
    (request.notifications ?? []).length === 0 &&
    !existsSync(outboxFolder(project.storeDirectory, project.name));
  if (isSilent) return start();
  const { prepareNotifications } = await import('./run-notifications.ts');
  const notices = await prepareNotifications(workspace, uid, request);
  let running: Run;
  try {
    running = await start();
  } catch (error) {
    notices?.discard();
    throw error;
  }
  if (notices === undefined) return running;
  notices.begun();
  const ended = running.wait().then((record) => notices.ended(record));
  // the caller may look at the result later, or only abort
  ended.catch(() => undefined);
  return { ...running, wait: () => ended };
}
