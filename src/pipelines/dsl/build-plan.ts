import type { SlipwayError } from '../../core/error.ts';
import { type Json, toJson } from '../../core/json.ts';
import { parseName } from '../../core/name.ts';
import type { PackagedFunction } from '../../functions/function-spec.ts';
import { pipelineAsync, pipelineInvalid } from '../errors.ts';
import type { Plan, PlanFunction, PlanStep, PlanValue } from '../plan/plan.ts';
import { sortSteps } from '../plan/plan-graph.ts';
import { toPlanValue } from '../plan/plan-value.ts';
import type { PipelineSignature } from '../source/read-parameters.ts';
import { checkArguments } from './check-arguments.ts';
import { checkEdges } from './check-edges.ts';
import { finishMaps, nameMaps, renameEntries, renameStep } from './name-maps.ts';
import type { PipelineBody, PipelineOptions } from './pipeline.ts';
import { buildWith, PipelineBuilder } from './pipeline-builder.ts';
import { createPipelineContext } from './pipeline-context.ts';
import { referenceTarget } from './reference-value.ts';
import type { DraftStep } from './step-request.ts';

export interface PlanOptions {
  /** @default 'default' */
  readonly project?: string;
  readonly onFailure?: 'stop' | 'continue';
  readonly parallelism?: number;
  readonly labels?: Readonly<Record<string, string>>;
  /** Contract of the parameters as the source file tells it, with types. @default what the body itself tells */
  readonly signature?: PipelineSignature;
}

export interface PipelineSource {
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: any body's parameters
  readonly body: PipelineBody<any, unknown>;
  readonly options: PipelineOptions;
  readonly signature: PipelineSignature;
}

/** Runs a pipeline's body to collect its steps and gives the plan: the same for the same graph, in whatever order it was written. */
export function buildPlan(
  source: PipelineSource,
  args: Readonly<Record<string, unknown>>,
  options: PlanOptions,
): Plan {
  const name = parseName('pipeline', source.name);
  const given = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
  const values = checkArguments(name, source.signature, given);
  const builder = new PipelineBuilder(name);
  const returned = buildWith(builder, () => source.body(createPipelineContext(builder), values.given));
  refusePromise(name, returned);
  const outputs = collectOutputs(builder, returned);
  refuseProblems(name, builder.problems);
  const plan = assemblePlan(source, builder, options, { complete: values.complete, outputs });
  const wrong = checkEdges(plan);
  refuseProblems(
    name,
    wrong.map((problem) => pipelineInvalid(problem)),
  );
  return plan;
}

function assemblePlan(
  source: PipelineSource,
  builder: PipelineBuilder,
  options: PlanOptions,
  built: { complete: Plan['spec']['arguments']; outputs: Plan['spec']['outputs'] },
): Plan {
  const drafts = [...builder.steps.values()];
  const exit = builder.exitStep;
  const named = nameFunctions(exit === undefined ? drafts : [...drafts, exit]);
  const names = nameMaps(builder.maps, drafts);
  const { maps, problems } = finishMaps(builder.maps, names);
  refuseProblems(
    source.name,
    problems.map((problem) =>
      pipelineInvalid(problem, { hint: "give one of them another: p.map(items, body, { id: '…' })" }),
    ),
  );
  const { order } = sortSteps(
    drafts.map((draft) => renameStep(finishStep(draft, named), names)),
    maps,
  );
  const labels = { ...source.options.labels, ...options.labels };
  const parallelism = options.parallelism ?? source.options.parallelism;
  return {
    apiVersion: 'slipway/v1',
    kind: 'Plan',
    metadata: {
      name: source.name,
      project: options.project ?? 'default',
      ...(Object.keys(labels).length > 0 ? { labels } : {}),
    },
    spec: {
      parameters: source.signature.parameters,
      arguments: built.complete,
      functions: named.functions,
      steps: order,
      ...(builder.maps.length === 0 ? {} : { maps }),
      outputs: renameEntries(built.outputs, names),
      onFailure: options.onFailure ?? source.options.onFailure ?? 'stop',
      ...(parallelism === undefined ? {} : { parallelism }),
      ...(exit === undefined ? {} : { onExit: finishStep(exit, named) }),
    },
  };
}

function refusePromise(name: string, returned: unknown): void {
  if (
    referenceTarget(returned) !== undefined ||
    typeof (returned as PromiseLike<unknown> | null)?.then !== 'function'
  )
    return;
  // the body goes on by itself; what it throws later has nobody else to hear it
  (returned as PromiseLike<unknown>).then(undefined, () => undefined);
  throw pipelineAsync(`the body of pipeline "${name}" is asynchronous`, {
    hint: 'remove async and await from it: it only wires steps; load functions before, and wait inside handlers',
  });
}

function collectOutputs(builder: PipelineBuilder, returned: unknown): Readonly<Record<string, PlanValue>> {
  if (returned === undefined || returned === null) return {};
  const target = referenceTarget(returned);
  if (target !== undefined)
    return {
      [target.step !== undefined && target.path.length === 0 ? 'results' : 'return']: toPlanValue(
        returned,
        builder,
      ),
    };
  if (typeof returned !== 'object' || Array.isArray(returned))
    return { return: toPlanValue(returned, builder) };
  const entries = Object.entries(returned).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([key, value]) => [key, toPlanValue(value, builder)]));
}

function refuseProblems(name: string, problems: readonly SlipwayError[]): void {
  const [first, ...others] = problems;
  if (first === undefined) return;
  if (others.length === 0) throw first;
  const lines = problems.map((one) => `  ${one.message}${one.hint === undefined ? '' : ` (${one.hint})`}`);
  throw pipelineInvalid(
    `pipeline "${name}" cannot be built: ${problems.length} problems\n${lines.join('\n')}`,
    {
      details: { problems: toJson(problems.map((one) => one.toJSON())) as Json },
      ...(first.location === undefined ? {} : { location: first.location }),
    },
  );
}

interface NamedFunctions {
  readonly functions: Readonly<Record<string, PlanFunction>>;
  keyOf(draft: DraftStep): string;
}

/** Keys are handler-qualified function names; two different functions of one name are told apart by their digests. */
function nameFunctions(drafts: readonly DraftStep[]): NamedFunctions {
  const digestsByName = new Map<string, Set<string>>();
  for (const draft of drafts) {
    const name = qualifiedName(draft);
    digestsByName.set(name, (digestsByName.get(name) ?? new Set()).add(draft.function.bundle.digest));
  }
  const keyOf = (draft: DraftStep): string => {
    const name = qualifiedName(draft);
    const clash = (digestsByName.get(name)?.size ?? 0) > 1;
    return clash ? `${name}@${draft.function.bundle.digest.replace('sha256:', '').slice(0, 12)}` : name;
  };
  const entries = drafts.map(
    (draft) => [keyOf(draft), toPlanFunction(draft.function, draft.handler)] as const,
  );
  return { functions: Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))), keyOf };
}

function qualifiedName(draft: DraftStep): string {
  const { metadata, spec } = draft.function.spec;
  return draft.handler === spec.defaultHandler ? metadata.name : `${metadata.name}.${draft.handler}`;
}

function toPlanFunction(packaged: PackagedFunction, handler: string): PlanFunction {
  const { metadata, spec } = packaged.spec;
  const handlerSpec = spec.handlers[handler];
  if (handlerSpec === undefined)
    throw pipelineInvalid(`function "${metadata.name}" has no handler "${handler}"`);
  return {
    name: metadata.name,
    handler,
    digest: packaged.bundle.digest,
    ...(spec.source === undefined ? {} : { source: spec.source }),
    handlerSpec,
    ...(spec.returns === undefined ? {} : { returns: spec.returns }),
    bundleDirectory: packaged.bundle.directory,
  };
}

function finishStep(draft: DraftStep, named: NamedFunctions): PlanStep {
  const { id, ...rest } = draft.step;
  return { id, function: named.keyOf(draft), ...rest };
}
