import path from 'node:path';
import type { PackagedFunction } from '../../functions/function-spec.ts';
import { argumentProblems } from '../../functions/validate-arguments.ts';
import { findTslab } from '../../notebooks/headless/find-tslab.ts';
import type { Context } from '../../runtime/context.ts';
import { givenParams } from '../prepare-job.ts';
import { startFunction } from '../run-function.ts';
import type { RunRequest, StartedRun, Workspace } from '../workspace.ts';
import { refuseParameters, unknownParameters } from './check-parameter-names.ts';
import type { NotebookSource } from './notebook-source.ts';
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
  checkParameters(packaged, source, request);
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

/** Wrong types and names that are not declared are told together. */
function checkParameters({ spec }: PackagedFunction, source: NotebookSource, request: NotebookRequest): void {
  const handler = spec.spec.handlers[spec.spec.defaultHandler];
  if (handler === undefined) return;
  const params = givenParams(handler, request);
  const wrong = argumentProblems(handler, { params, inputs: request.inputs ?? {} });
  refuseParameters([...wrong, ...unknownParameters(Object.keys(params), source)], source);
}
