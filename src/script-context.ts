import { readOwnTracking } from './current-workspace.ts';
import { findProject } from './projects/find-project.ts';
import { findProjectServer } from './projects/tracking/find-project-server.ts';
import type { StorePlace } from './runtime/find-store.ts';
import {
  type ContextRequest,
  getOrCreateContext as contextIn,
  type ScriptContext,
  type ScriptStore,
} from './runtime/get-or-create-context.ts';

/**
 * A context for code that is no handler: that of the run around it where Slipway started one, the one already open under
 * this name, else that of a new run in the project's store: its tracking server, where it has one. Throws `RUN_EXISTS`,
 * `RUN_NOT_FOUND` by the resume policy.
 *
 * @example
 * const ctx = await getOrCreateContext('explore');
 * ctx.logMetric('rows', 344);
 */
export function getOrCreateContext(name: string, request: ContextRequest = {}): Promise<ScriptContext> {
  return contextIn(name, request, openOnServer);
}

/** A script that is asked to stop gets a signal: it does not wait for requests, which would keep it from ending. */
async function openOnServer({ project, storeDirectory }: StorePlace): Promise<ScriptStore | undefined> {
  const { env } = process;
  const found = await findProject(process.cwd(), env);
  const server = await findProjectServer(found, { env, userTracking: readOwnTracking });
  if (server === undefined) return undefined;
  const { openProjectStore } = await import('./projects/tracking/open-project-store.ts');
  const place = { name: project, storeDirectory };
  return openProjectStore(place, server, (line) => console.error(line), { watchesStops: false });
}
