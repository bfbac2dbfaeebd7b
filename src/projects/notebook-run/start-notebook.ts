import path from 'node:path';
import { findTslab } from '../../notebooks/headless/find-tslab.ts';
import type { Context } from '../../runtime/context.ts';
import { startFunction } from '../run-function.ts';
import type { RunRequest, StartedRun, Workspace } from '../workspace.ts';
import { checkParameterNames } from './check-parameter-names.ts';
import { packageNotebook } from './package-notebook.ts';
import { runNotebook } from './run-notebook.ts';

export type NotebookRequest = Omit<
  RunRequest,
  'handler' | 'runtime' | 'isolation' | 'sweep' | 'live' | 'returns'
>;

/**
 * Starts a run of a whole notebook. It is driven from this process; the cells run in a kernel process of their own. What is wrong
 * with the request (file, parameters, tslab missing) is thrown before anything starts.
 */
export async function startNotebook(
  workspace: Workspace,
  file: string,
  request: NotebookRequest,
): Promise<StartedRun> {
  const { packaged, source } = packageNotebook(workspace, file);
  const names = [...Object.keys(request.params ?? {}), ...Object.keys(request.paramTexts ?? {})];
  checkParameterNames(names, source);
  findTslab(path.dirname(path.join(source.root, source.path)));
  const live = (context: Context, args: Readonly<Record<string, unknown>>): Promise<void> =>
    runNotebook(context, args, source);
  return startFunction(workspace, packaged, {
    ...request,
    name: request.name ?? packaged.spec.metadata.name,
    runtime: 'inline',
    live: live as (...args: never[]) => unknown,
  });
}
