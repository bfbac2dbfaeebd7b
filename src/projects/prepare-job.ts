import { createUid } from '../core/id.ts';
import { type Json, toJson } from '../core/json.ts';
import { parseName } from '../core/name.ts';
import { nearestName } from '../core/nearest-name.ts';
import { openDataItem } from '../data/open-data-item.ts';
import type { HandlerSpec, PackagedFunction, ParameterSpec } from '../functions/function-spec.ts';
import { parseParamText } from '../functions/parse-param-text.ts';
import { validateArguments } from '../functions/validate-arguments.ts';
import type { Job } from '../runtime/job.ts';
import type { InputRecord } from '../tracking/run.ts';
import { planTrials } from '../tuning/plan-trials.ts';
import type { SweepSpec } from '../tuning/sweep.ts';
import { checkRequest } from './check-request.ts';
import { collectSecrets } from './collect-secrets.ts';
import type { RunRequest, Workspace } from './workspace.ts';
import { handlerUnknown } from './workspace-errors.ts';

export interface PreparedRun {
  readonly job: Job;
  /** Values by name; they travel beside the job. */
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * Turns a request into a job, after everything that can be known before the start has been checked: handler, params,
 * inputs (names and existence), secrets. All wrong params are reported together.
 */
export async function prepareJob(
  workspace: Workspace,
  packaged: PackagedFunction,
  request: RunRequest,
): Promise<PreparedRun> {
  const handler = selectHandler(packaged, request.handler);
  checkRequest(handler, request);
  const given = givenParams(handler, request);
  const params = checkParams(handler, given, request);
  const secrets = collectSecrets(workspace, request.secrets ?? []);
  const inputs = await resolveInputs(workspace, request.inputs ?? {});
  const job = renderJob(workspace, packaged, request, handler, params, inputs);
  if (runtimeOf(workspace, request) !== 'kubernetes') return { job, secrets };
  const { functionKubernetesOptions } = await import('./cluster/function-options.ts');
  const { project } = workspace;
  const options = await functionKubernetesOptions(project.spec, packaged.spec, request);
  return { job: options === undefined ? job : { ...job, kubernetes: options }, secrets };
}

/** Where a request runs: as it says, else as the project does. */
export function runtimeOf({ project }: Workspace, { runtime }: Pick<RunRequest, 'runtime'>): string {
  return runtime ?? project.spec.runtime ?? 'process';
}

/** Params as JSON; those that came as text are read as the contract says. */
export function givenParams(
  handler: HandlerSpec,
  { params = {}, paramTexts = {} }: Pick<RunRequest, 'params' | 'paramTexts'>,
): Record<string, Json> {
  const declared = (key: string): ParameterSpec | undefined =>
    handler.parameters.find((parameter) => parameter.name === key);
  return Object.fromEntries([
    ...Object.entries(params).map(([key, value]): [string, Json] => [key, toJson(value)]),
    ...Object.entries(paramTexts).map(([key, text]): [string, Json] => [
      key,
      parseParamText(declared(key), text),
    ]),
  ]);
}

/** The params, defaults filled in. What a sweep varies counts as given; the sweep checks every trial before the first starts. */
function checkParams(
  handler: HandlerSpec,
  given: Readonly<Record<string, Json>>,
  request: RunRequest,
): Record<string, Json> {
  const varied = firstTrial(request.sweep);
  const { params } = validateArguments(handler, {
    params: { ...given, ...varied },
    inputs: request.inputs ?? {},
  });
  return Object.fromEntries(Object.entries(params).filter(([key]) => !Object.hasOwn(varied, key)));
}

/** What the first trial sets; throws `INVALID_SWEEP` for a sweep that cannot be planned. */
function firstTrial(sweep: SweepSpec | undefined): Readonly<Record<string, Json>> {
  return sweep === undefined ? {} : (planTrials(sweep)[0] ?? {});
}

function selectHandler(packaged: PackagedFunction, name: string | undefined): HandlerSpec {
  const { handlers, defaultHandler } = packaged.spec.spec;
  const wanted = name ?? defaultHandler;
  const handler = handlers[wanted];
  if (handler) return handler;
  const near = nearestName(wanted, Object.keys(handlers));
  throw handlerUnknown(`function "${packaged.spec.metadata.name}" has no handler "${wanted}"`, {
    hint: near ? `did you mean "${near}"?` : `it has: ${Object.keys(handlers).join(', ')}`,
  });
}

async function resolveInputs(
  workspace: Workspace,
  inputs: NonNullable<RunRequest['inputs']>,
): Promise<Record<string, InputRecord>> {
  const entries = Object.entries(inputs).map(async ([key, reference]): Promise<[string, InputRecord]> => {
    const item = openDataItem(reference, { store: workspace.store, baseDirectory: workspace.directory, key });
    if (item.url.startsWith('file:')) await item.stat();
    if (item.url.startsWith('store:')) {
      const artifact = await workspace.store.resolveArtifact(item.url);
      return [key, { uri: artifact.uri, digest: artifact.digest, size: artifact.size }];
    }
    return [key, { uri: item.url }];
  });
  return Object.fromEntries(await Promise.all(entries));
}

function renderJob(
  workspace: Workspace,
  packaged: PackagedFunction,
  request: RunRequest,
  handler: HandlerSpec,
  params: Readonly<Record<string, Json>>,
  inputs: Readonly<Record<string, InputRecord>>,
): Job {
  const { metadata, spec } = packaged.spec;
  return {
    apiVersion: 'slipway/v1',
    uid: request.uid ?? createUid(),
    name: parseName('run', request.name ?? handler.name),
    project: workspace.project.name,
    runKind: request.sweep ? 'sweep' : 'run',
    storeDirectory: workspace.project.storeDirectory,
    workingDirectory: workspace.directory,
    function: {
      name: metadata.name,
      handler: handler.name,
      digest: spec.digest,
      ...(spec.source === undefined ? {} : { source: spec.source }),
    },
    handler,
    bundleDirectory: packaged.bundle.directory,
    ...(request.image === undefined ? {} : { image: request.image }),
    ...(request.network === undefined ? {} : { network: request.network }),
    params,
    inputs,
    labels: request.labels ?? {},
    ...((request.returns ?? spec.returns) ? { returns: { ...spec.returns, ...request.returns } } : {}),
    env: request.env ?? {},
    secretNames: request.secrets ?? [],
    resources: request.resources ?? {},
    ...(request.timeoutMs === undefined ? {} : { timeoutMs: request.timeoutMs }),
    retry: request.retry ?? { retries: 0 },
    attempt: 1,
    ...(request.seed === undefined ? {} : { seed: request.seed }),
  };
}
