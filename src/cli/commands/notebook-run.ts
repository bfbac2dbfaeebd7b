import { readFileSync } from 'node:fs';
import path from 'node:path';
import { checkTarget, writeFileAtomic } from '../../core/atomic-file.ts';
import type { OptionValues } from '../../core/option-table.ts';
import { executedKey } from '../../projects/notebook-run/save-executed.ts';
import { type NotebookRequest, startNotebook } from '../../projects/notebook-run/start-notebook.ts';
import type { Workspace } from '../../projects/workspace.ts';
import type { RunRecord } from '../../tracking/run.ts';
import type { Execute } from '../command.ts';
import { finishRun } from '../run/finish-run.ts';
import { followRun } from '../run/follow-run.ts';
import { withWorkspace } from '../with-workspace.ts';

type RequestOptions = 'param' | 'input' | 'name' | 'label' | 'timeout' | 'seed' | 'secret' | 'env';

/** `slipway notebook run <notebook>`. */
export const notebookRun: Execute<RequestOptions | 'out' | 'quiet' | 'output' | 'json'> = ({
  args,
  options,
  session,
}) =>
  withWorkspace(session, async (workspace) => {
    const request = createRequest(options);
    if (options.out !== undefined) checkTarget(path.resolve(workspace.directory, options.out));
    const started = await startNotebook(workspace, args[0] ?? '', { ...request, signal: session.signal });
    const [record] = await Promise.all([
      started.wait(),
      options.quiet ? undefined : followRun(started, session),
    ]);
    if (options.out !== undefined) await copyExecuted(workspace, record, options.out);
    return finishRun(record, options, session);
  });

function createRequest(options: Pick<OptionValues, RequestOptions>): NotebookRequest {
  return {
    paramTexts: options.param,
    inputs: options.input,
    labels: options.label,
    env: options.env,
    secrets: options.secret,
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.timeout === undefined ? {} : { timeoutMs: options.timeout }),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
  };
}

/** A run that never came to its first cell has no executed notebook. */
async function copyExecuted(workspace: Workspace, record: RunRecord, out: string): Promise<void> {
  const artifact = record.artifacts.find(({ key }) => key === executedKey);
  if (!artifact) return;
  const directory = await workspace.store.artifactDirectory(artifact.digest);
  const [name = ''] = artifact.files;
  writeFileAtomic(path.resolve(workspace.directory, out), readFileSync(path.join(directory, name)));
}
