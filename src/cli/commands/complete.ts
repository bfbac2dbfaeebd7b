import type { Workspace } from '../../projects/workspace.ts';
import type { Execute } from '../command.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway complete <kind>`: names that a shell offers, one a line. */
export const complete: Execute = ({ args, session }) =>
  withWorkspace(session, async (workspace) => {
    const names = await listNames(args[0] ?? '', workspace);
    await session.out.write(names.map((name) => `${name}\n`).join(''));
    return undefined;
  });

async function listNames(kind: string, { store, project }: Workspace): Promise<readonly string[]> {
  switch (kind) {
    case 'run':
      return ['@last', ...(await store.searchRuns({ limit: 50 })).runs.map((run) => run.uid)];
    case 'artifact':
      return (await store.searchArtifacts({ limit: 100 })).map((row) => row.key);
    case 'pipeline':
      return (project.spec.pipelines ?? []).map((entry) => entry.name);
    case 'function':
      return [...(project.spec.functions ?? []).map((entry) => entry.name), ...(await hubNames())];
    case 'hub':
      return hubNames();
    default:
      return [];
  }
}

async function hubNames(): Promise<readonly string[]> {
  const { listHub } = await import('../../hub/list-hub.ts');
  return (await listHub()).map((item) => `hub://${item.name}`);
}
