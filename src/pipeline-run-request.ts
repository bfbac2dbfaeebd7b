import { nearestName } from './core/nearest-name.ts';
import type { PipelineRunOptions } from './pipeline-handle.ts';
import type { RunPart } from './projects/plan-run.ts';
import type { PipelineRequest } from './projects/start-pipeline.ts';
import { invalidRequest } from './projects/workspace-errors.ts';

const known: Readonly<Record<keyof PipelineRunOptions<unknown>, true>> = {
  params: true,
  name: true,
  labels: true,
  engine: true,
  runtime: true,
  image: true,
  imageName: true,
  kubernetes: true,
  network: true,
  onFailure: true,
  cache: true,
  parallelism: true,
  timeoutMs: true,
  resume: true,
  asPlanned: true,
  abandon: true,
  from: true,
  only: true,
  until: true,
  of: true,
  notifications: true,
  signal: true,
  onEvent: true,
  throwOnFailure: true,
};

/** Of these options what the engines take, and which part of the pipeline is to run. */
export interface AskedPipeline {
  readonly request: PipelineRequest;
  readonly part: RunPart;
}

/**
 * What `pipeline.run(options)` asks for, as plain data; who listens and who stops it is left out.
 * @throws INVALID_REQUEST for options that do not exist, that exclude each other, or for an engine that is none
 */
export function pipelineRunRequest<Params>(
  options: PipelineRunOptions<Params>,
  env: Readonly<Record<string, string | undefined>>,
): AskedPipeline {
  refuseUnknown(options);
  const { params, resume, asPlanned, abandon, from, only, until, of, ...rest } = options;
  const { engine, signal: _, onEvent: __, throwOnFailure: ___, ...plain } = rest;
  const part = defined({ resume, asPlanned, abandon, from, only, until, of });
  refusePart(part);
  return {
    part,
    request: {
      params: (params ?? {}) as Readonly<Record<string, unknown>>,
      ...defined(plain),
      ...defined({ engine: chosenEngine(engine, env) }),
    },
  };
}

function refuseUnknown(options: object): void {
  const unknown = Object.keys(options).filter((key) => !Object.hasOwn(known, key));
  if (unknown.length === 0) return;
  const near = nearestName(unknown[0] ?? '', Object.keys(known));
  throw invalidRequest(`run() of a pipeline has no option ${unknown.map((key) => `"${key}"`).join(', ')}`, {
    hint: near
      ? `did you mean "${near}"?`
      : "values for the pipeline's parameters go into params; options of a step are given by `with`",
  });
}

function refusePart({ resume, asPlanned, abandon, from, only, until, of }: RunPart): void {
  if (only !== undefined && (from !== undefined || until !== undefined))
    throw invalidRequest('"only" names the one step to run; "from" and "until" name several', {
      hint: 'give "only" alone, or "from" and "until"',
    });
  if (resume === undefined && (asPlanned === true || abandon === true))
    throw invalidRequest(`"${asPlanned === true ? 'asPlanned' : 'abandon'}" is said of a run to go on with`, {
      hint: 'name the run: resume: "<uid>"',
    });
  if (resume !== undefined && [from, only, until, of].some((one) => one !== undefined))
    throw invalidRequest(
      `"resume" goes on with all that run "${resume}" left; a part is named of a new run`,
      {
        hint: 'give "resume" alone, or "from", "only", "until" and "of" without it',
      },
    );
}

/** As said, else as the environment says: what the command line does. */
function chosenEngine(
  given: string | undefined,
  { SLIPWAY_ENGINE }: Readonly<Record<string, string | undefined>>,
): PipelineRequest['engine'] {
  const engine = given ?? (SLIPWAY_ENGINE || undefined);
  if (engine === undefined || engine === 'local' || engine === 'argo') return engine;
  throw invalidRequest(
    `${given === undefined ? 'SLIPWAY_ENGINE' : 'the engine'} is "${engine}", which drives no pipelines`,
    { hint: 'give local, which is this process, or argo, which is Argo Workflows on a cluster' },
  );
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
