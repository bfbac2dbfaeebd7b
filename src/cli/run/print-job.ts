import type { OptionValues } from '../../core/option-table.ts';
import type { PackagedFunction } from '../../functions/function-spec.ts';
import { prepareJob } from '../../projects/prepare-job.ts';
import type { RunRequest, Workspace } from '../../projects/workspace.ts';
import { present } from '../output/present.ts';
import type { Session } from '../session.ts';

/** `slipway run --dry-run`: checks the request and prints the job that would be submitted. */
export async function printJob(
  session: Session,
  options: Pick<OptionValues, 'output' | 'json'>,
  workspace: Workspace,
  packaged: PackagedFunction,
  request: RunRequest,
): Promise<number> {
  const { job } = await prepareJob(workspace, packaged, request);
  const document = {
    ...job,
    runtime: request.runtime ?? workspace.project.spec.runtime ?? 'process',
    isolation: request.isolation ?? (request.sweep ? 'pool' : 'fresh'),
    ...(request.sweep ? { sweep: request.sweep } : {}),
  };
  const { stringify } = await import('yaml');
  await present(session, options, {
    data: () => document,
    text: () => stringify(JSON.parse(JSON.stringify(document)), { lineWidth: 0 }),
    names: () => [job.name],
  });
  return 0;
}
