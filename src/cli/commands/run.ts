import type { OptionValues } from '../../core/option-table.ts';
import type { PackagedFunction } from '../../functions/function-spec.ts';
import { runtimeOf } from '../../projects/prepare-job.ts';
import { resolveFunction } from '../../projects/resolve-function.ts';
import { startFunction } from '../../projects/run-function.ts';
import type { RunRequest, Workspace } from '../../projects/workspace.ts';
import type { Execute } from '../command.ts';
import { createRunRequest, type RunOptionName } from '../run/create-run-request.ts';
import { finishRun } from '../run/finish-run.ts';
import { followRun } from '../run/follow-run.ts';
import { printJob } from '../run/print-job.ts';
import type { Session } from '../session.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway run`: packages, runs, follows, and prints the record. */
export const run: Execute<RunOptionName | 'dryRun' | 'quiet' | 'output' | 'json'> = ({
  args,
  options,
  session,
}) =>
  withWorkspace(session, async (workspace) => {
    const [reference = ''] = args;
    const packaged = await resolveFunction(
      workspace,
      reference,
      options.handler ? { handler: options.handler } : {},
    );
    const request = await createRunRequest(workspace, packaged, options);
    if (options.dryRun) return dryRun(workspace, packaged, { request, options, session });
    const record = await execute(
      workspace,
      packaged,
      { ...request, signal: session.signal },
      session,
      options.quiet,
    );
    return finishRun(record, options, session);
  });

async function dryRun(
  workspace: Workspace,
  packaged: PackagedFunction,
  { request, options, session }: DryRun,
): Promise<number> {
  if (runtimeOf(workspace, request) !== 'kubernetes')
    return printJob(session, options, workspace, packaged, request);
  const [{ renderClusterRun }, { printManifests }] = await Promise.all([
    import('../../projects/cluster/render-cluster-run.ts'),
    import('../run/print-manifests.ts'),
  ]);
  return printManifests(session, options, await renderClusterRun(workspace, packaged, request));
}

interface DryRun {
  readonly request: RunRequest;
  readonly options: Pick<OptionValues, 'output' | 'json'>;
  readonly session: Session;
}

async function execute(
  workspace: Workspace,
  packaged: PackagedFunction,
  request: RunRequest,
  session: Session,
  quiet: boolean,
): Promise<Awaited<ReturnType<Awaited<ReturnType<typeof startFunction>>['wait']>>> {
  const started = await startFunction(workspace, packaged, request);
  const [record] = await Promise.all([started.wait(), quiet ? undefined : followRun(started, session)]);
  return record;
}
