import { isInsideHandler } from '../../runtime/run-scope.ts';
import { missingNameHint } from '../missing-name.ts';
import type { Project } from '../project-spec.ts';
import type { Workspace } from '../workspace.ts';
import { invalidNotification, notificationNotFound } from './errors.ts';
import type { NamedNotification, NotificationRequest } from './notification-entry.ts';
import { parseNotification } from './parse-notification.ts';
import { resolveSecrets, secretNames } from './resolve-secrets.ts';

/**
 * The notifications about a run. Those that it is started with are checked, their secrets looked up: INVALID_NOTIFICATION, SECRET_MISSING.
 * A missing secret of one of the project is told, as it would keep everybody who does not have it from running anything.
 */
export async function selectNotifications(
  { project, env, onProgress }: Workspace,
  { notifications = [], projectNotifications = !isInsideHandler() }: NotificationRequest,
): Promise<readonly NamedNotification[]> {
  const ofProject = projectNotifications ? (project.spec.notifications ?? []) : [];
  if (ofProject.length === 0 && notifications.length === 0) return [];
  const given: NamedNotification[] = [];
  for (const entry of notifications) {
    const parsed = await parseNotification(entry);
    resolveSecrets(parsed, env);
    given.push(parsed);
  }
  for (const entry of ofProject) {
    const missing = secretNames(entry).filter((name) => (env[name] ?? '') === '');
    if (missing.length > 0)
      onProgress?.(
        `notification "${entry.name}" cannot be sent: there is no value for ${missing.join(', ')}`,
      );
  }
  return distinct([...ofProject, ...given]);
}

function distinct(all: readonly NamedNotification[]): readonly NamedNotification[] {
  const names = all.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice === undefined) return all;
  throw invalidNotification(`two notifications are called "${twice}"`, {
    hint: 'give one of them another name',
  });
}

/**
 * A notification of project.yaml.
 * @throws NOTIFICATION_NOT_FOUND
 */
export function findNotification({ name: project, spec }: Project, name: string): NamedNotification {
  const entries = spec.notifications ?? [];
  const found = entries.find((entry) => entry.name === name);
  if (found !== undefined) return found;
  const names = entries.map((entry) => entry.name);
  throw notificationNotFound(`notification "${name}" does not exist in project "${project}"`, {
    hint: missingNameHint(name, names, 'add it under "notifications:" in project.yaml as { name, kind }'),
  });
}
