import { type CompileForm, compilePipeline } from '../../projects/argo/compile-pipeline.ts';
import { clusterSchedule } from '../../projects/schedules/cluster-schedule.ts';
import { loadCron } from '../../projects/schedules/cron-times.ts';
import { createSchedule, findScheduleEntry } from '../../projects/schedules/schedule.ts';
import { timeoutOf } from '../../projects/schedules/scheduled-run.ts';
import { planPipeline } from '../../projects/start-pipeline.ts';
import type { Workspace } from '../../projects/workspace.ts';
import { renderYaml } from '../../runtime/kubernetes/manifest/render-yaml.ts';
import type { Execute } from '../command.ts';
import { usageError } from '../errors.ts';
import { createPipelineRequest, type PipelineOptionName } from '../pipeline/create-pipeline-request.ts';
import { explainBroken } from '../pipeline/explain-broken.ts';
import { loadNamedPipeline } from '../pipeline/load-named-pipeline.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway pipeline compile [pipeline] [--schedule name | --as-template] [-o yaml|json]`. */
export const pipelineCompile: Execute<
  | Exclude<PipelineOptionName, 'engine' | 'runtime' | 'network' | 'notification' | 'noNotifications'>
  | 'target'
  | 'asTemplate'
  | 'onSchedule'
  | 'compileOutput'
  | 'json'
> = ({ args, options, session }) =>
  withWorkspace(session, async (workspace) => {
    const form = await formOf(workspace, options);
    const named = await loadNamedPipeline(workspace, args[0] ?? form.pipeline);
    const asked = createPipelineRequest(named, options, session.directory);
    const { timeoutMs, params } = form;
    const request = {
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...asked,
      ...(params === undefined ? {} : { params: { ...asked.params, ...params } }),
    };
    const planned = await explainBroken(`pipeline "${named.pipeline.name}"`, () =>
      planPipeline(workspace, named.pipeline, request),
    );
    const { parallel } = options;
    const plan =
      parallel === undefined ? planned : { ...planned, spec: { ...planned.spec, parallelism: parallel } };
    const { objects, secret, keys, namespace } = await compilePipeline(workspace, plan, request, form.form);
    const isJson = options.json || options.compileOutput === 'json';
    const list = { apiVersion: 'v1', kind: 'List', items: objects };
    await session.out.write(isJson ? `${JSON.stringify(list, undefined, 2)}\n` : renderYaml(objects));
    const files = keys.map((key) => ` --from-file=${key}=…`).join('');
    const where = namespace === undefined ? '' : ` -n ${namespace}`;
    await session.err.write(
      `its pods need the Secret "${secret}": kubectl create secret generic ${secret}${where}${files}\n`,
    );
    return undefined;
  });

interface Form {
  readonly form: CompileForm;
  /** Of the schedule, where the command line names none. */
  readonly pipeline?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly timeoutMs?: number;
}

async function formOf(
  { project }: Workspace,
  { asTemplate, onSchedule }: { readonly asTemplate: boolean; readonly onSchedule?: string },
): Promise<Form> {
  if (onSchedule === undefined) return { form: { kind: asTemplate ? 'template' : 'workflow' } };
  if (asTemplate)
    throw usageError('--as-template and --schedule compile to different things', {
      hint: 'give one of them',
    });
  const entry = findScheduleEntry(project, onSchedule);
  const schedule = clusterSchedule(createSchedule(entry, await loadCron()));
  return {
    form: { kind: 'schedule', schedule },
    pipeline: schedule.pipeline,
    ...(entry.params === undefined ? {} : { params: entry.params }),
    ...timeoutOf(entry),
  };
}
