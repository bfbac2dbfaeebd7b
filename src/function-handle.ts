import path from 'node:path';
import { reviveError } from './core/error.ts';
import type { Json } from './core/json.ts';
import type { RichOutput } from './core/rich-output.ts';
import type { DataItem } from './data/data-item.ts';
import type { FunctionSpec, PackagedFunction, PackageReport } from './functions/function-spec.ts';
import { renderDoc, renderSignature } from './functions/render-doc.ts';
import type { BuildOptions, ImageHandle } from './image-handle.ts';
import { openDisplay } from './notebooks/display/port/open-display.ts';
import type { TrackedRun } from './notebooks/display/run/run-tracker.ts';
import { detectKernel } from './notebooks/kernel.ts';
import { addStep } from './pipelines/dsl/add-step.ts';
import type { InputArgs, ParamArgs, StepArguments, StepReference } from './pipelines/dsl/reference.ts';
import { mergeStepOptions } from './pipelines/dsl/step-defaults.ts';
import type { StepOptions } from './pipelines/plan/plan.ts';
import type { NotificationEntry } from './projects/notifications/notification-entry.ts';
import { startFunction } from './projects/run-function.ts';
import type { RunRequest, Workspace } from './projects/workspace.ts';
import { createRunHandle, type RunHandle } from './run-handle.ts';
import { runInCell } from './run-in-cell.ts';
import { runRequest } from './run-request.ts';
import type { Resources } from './runtime/job.ts';
import type { KubernetesOptions } from './runtime/kubernetes/manifest/kubernetes-options.ts';
import { isInsideHandler } from './runtime/run-scope.ts';
import { showAs } from './show-as.ts';
import { renderRunSummary } from './tracking/render-run-summary.ts';
import { planTrials } from './tuning/plan-trials.ts';
import type { SweepSpec } from './tuning/sweep.ts';

/** Values to try by parameter, typed by the handler's own parameters. */
export type Hyperparams<Args> = {
  readonly [K in keyof ParamArgs<Args>]?: readonly NonNullable<ParamArgs<Args>[K]>[];
};

/** Results of a run by name: a returned object's entries, artifacts apart; a bare value is the result `return`. */
export type RunResults<Results> =
  Awaited<Results> extends infer Value
    ? [Value] extends [undefined | null]
      ? Readonly<Record<string, Json>>
      : Value extends readonly unknown[] | string | number | boolean | bigint
        ? { readonly return: Value }
        : {
            readonly [Key in keyof Value as Awaited<Value[Key]> extends { readonly slipwayType: 'data-item' }
              ? never
              : Key]: Awaited<Value[Key]>;
          }
    : never;

/** How to run a function; everything is optional but what the handler requires. */
export interface RunOptions<Args = Readonly<Record<string, unknown>>> {
  readonly params?: Partial<ParamArgs<Args>>;
  /** Paths, URLs, `store://…`, data items or artifacts. */
  readonly inputs?: { readonly [K in keyof InputArgs<Args>]: string | URL | DataItem };
  /** Name of the run. @default the handler's name */
  readonly name?: string;
  readonly handler?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** @default that of project.yaml, else 'inline' in notebooks and where the function itself is at hand, else 'process' */
  readonly runtime?: 'inline' | 'process' | 'docker' | 'kubernetes' | (string & {});
  readonly isolation?: 'fresh' | 'pool';
  /** Memory (bytes), processors and more that the run may use, where the runtime can limit them. */
  readonly resources?: Resources;
  /** Image that its container is made from. @default that of project.yaml, else one built of the function */
  readonly image?: string;
  /** `registry/name` that images built of functions are pushed under, for a cluster to pull. @default `image.name` of project.yaml */
  readonly imageName?: string;
  /** How its pod looks on a cluster; counts before what `with`, the function and project.yaml say. */
  readonly kubernetes?: KubernetesOptions;
  /** Network of its container. @default none, or what the inputs need */
  readonly network?: string;
  /** `30s`, `5m`, or seconds. */
  readonly timeout?: string | number;
  readonly retries?: number;
  readonly seed?: number;
  readonly secrets?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly hyperparams?: Hyperparams<Args>;
  readonly strategy?: SweepSpec['strategy'];
  readonly selector?: string;
  readonly maxIterations?: number;
  readonly maxErrors?: number;
  readonly stop?: string;
  readonly parallel?: number;
  /** Which results are to be stored as artifacts. */
  readonly returns?: Readonly<Record<string, 'result' | 'dataset' | 'model' | 'plot' | 'file'>>;
  /** Whom to tell of the run, beside those that project.yaml names. What cannot be sent never changes the run. */
  readonly notifications?: readonly NotificationEntry[];
  readonly signal?: AbortSignal;
  /** Throw when the run did not complete. @default true */
  readonly throwOnFailure?: boolean;
}

/** A sweep as a step of a pipeline. */
export interface SweepOptions<Args> extends Omit<SweepSpec, 'hyperparams' | 'trials'> {
  readonly hyperparams: Hyperparams<Args>;
}

/**
 * A packaged function. Called inside `pipeline(…)` it adds a step and gives typed references to its results;
 * `run` executes it.
 */
export interface FunctionHandle<
  Args = Readonly<Record<string, unknown>>,
  Results = Readonly<Record<string, Json>>,
> {
  (args: StepArguments<Args>, options?: { readonly after?: readonly object[] }): StepReference<Results>;
  readonly name: string;
  readonly handler: string;
  /** Digest of the bundle. */
  readonly digest: string;
  readonly spec: FunctionSpec;
  /** Which cells or files went in, what was left out, packages, size, warnings. */
  readonly report: PackageReport;
  run(options?: RunOptions<Args>): Promise<RunHandle<RunResults<Results>>>;
  /**
   * Builds a container image of the function: base, runner, packages, bundle. No daemon, and with the default base no network;
   * what has not changed is not made again.
   *
   * @example
   * const image = await fn.build({ push: 'registry.example.com/team/train' });
   */
  build(options?: BuildOptions): Promise<ImageHandle>;
  /** The same function under another step id. */
  as(id: string): FunctionHandle<Args, Results>;
  /** The same function with options for the step, or for `run` where that does not say otherwise: retries, timeout, cache, runtime … */
  with(options: StepOptions): FunctionHandle<Args, Results>;
  /** The same function as a sweep: the step, or `run`, runs every trial and gives the best one's results and artifacts. */
  sweep(options: SweepOptions<Args>): FunctionHandle<Args, Results>;
  /** What it does, takes and gives. In a notebook shown as a card; elsewhere as text when printed, or by `String(fn.doc())`. */
  doc(): FunctionDoc;
  /** Writes a `function.yaml` that is complete in itself; relative paths start from the working directory. */
  export(file: string): Promise<void>;
}

interface HandleState {
  readonly packaged: PackagedFunction;
  readonly handler: string;
  /** Documentation as a card: loaded with the first handle, since importing the package is to bring nothing that draws. */
  readonly docOutput: (spec: FunctionSpec) => RichOutput;
  readonly live?: ((...args: never[]) => unknown) | undefined;
  readonly id?: string | undefined;
  readonly options?: StepOptions | undefined;
  readonly sweep?: SweepSpec | undefined;
}

/** Puts the handle around a packaged function; `live` is the function itself, where the caller has it. */
export async function createFunctionHandle<Args, Results>(
  openWorkspace: () => Promise<Workspace>,
  packaged: PackagedFunction,
  handler: string,
  live?: (...args: never[]) => unknown,
): Promise<FunctionHandle<Args, Results>> {
  const { docOutput } = await import('./functions/render-doc-card.ts');
  return build<Args, Results>(openWorkspace, { packaged, handler, docOutput, live });
}

function build<Args, Results>(
  openWorkspace: () => Promise<Workspace>,
  state: HandleState,
): FunctionHandle<Args, Results> {
  const { packaged, handler, docOutput } = state;
  const derive = (change: Partial<HandleState>): FunctionHandle<Args, Results> =>
    build(openWorkspace, { ...state, ...change });
  const call = (
    args: StepArguments<Args>,
    options: { readonly after?: readonly object[] } = {},
  ): StepReference<Results> =>
    addStep({
      function: packaged,
      handler,
      arguments: args as Readonly<Record<string, unknown>>,
      ...(state.id === undefined ? {} : { id: state.id }),
      ...(state.options === undefined ? {} : { options: state.options }),
      ...(state.sweep === undefined ? {} : { sweep: state.sweep }),
      ...(options.after === undefined ? {} : { after: options.after }),
    }) as StepReference<Results>;

  const members = Object.assign(call, {
    handler,
    digest: packaged.spec.spec.digest,
    spec: packaged.spec,
    report: packaged.report,
    run: (options: RunOptions<Args> = {}) => runFunction<Args, Results>(openWorkspace, state, options),
    build: async (options: BuildOptions = {}) => {
      const { buildHandle } = await import('./image-handle.ts');
      return buildHandle(await openWorkspace(), packaged, options);
    },
    as: (id: string) => derive({ id }),
    with: (options: StepOptions) => derive({ options: mergeStepOptions(state.options ?? {}, options) }),
    sweep: (options: SweepOptions<Args>) => derive({ sweep: options as SweepSpec }),
    doc: () => showDoc(packaged.spec, docOutput(packaged.spec)),
    export: (file: string) => exportFunction(packaged, file),
  });
  Object.defineProperty(members, 'name', { value: packaged.spec.metadata.name });
  return showAs(members, () => renderFunction(packaged, handler), { output: () => docOutput(packaged.spec) });
}

/** Documentation as text, which a notebook shows as a card. */
export interface FunctionDoc {
  readonly text: string;
  toString(): string;
}

function showDoc(spec: FunctionSpec, output: RichOutput): FunctionDoc {
  const text = renderDoc(spec);
  const display = isInsideHandler() ? undefined : openDisplay();
  display?.show(output.bundle);
  const isAbove = (): boolean => display?.isCurrent === true;
  return showAs(
    { text, toString: () => text },
    () => (isAbove() ? `documentation of ${spec.metadata.name}, shown above` : text),
    {
      output: () => output,
      isShown: isAbove,
    },
  );
}

/** Signature, where it came from, and what packaging has to say. */
function renderFunction({ spec, report }: PackagedFunction, handler: string): string {
  const { metadata, spec: body } = spec;
  const contract = body.handlers[handler];
  const cells = report.included.flatMap(({ cell }) => (cell === undefined ? [] : [cell]));
  const source = [
    ...(body.source === undefined ? [] : [`from ${body.source}`]),
    ...(cells.length === 0 ? [] : [`${cells.length === 1 ? 'cell' : 'cells'} ${cells.join(', ')}`]),
    body.digest.slice(0, 19),
  ];
  return [
    `function ${metadata.name}: ${contract === undefined ? handler : renderSignature(contract)}`,
    `  ${source.join(' · ')}`,
    ...report.warnings.map((warning) => `  warning: ${warning}`),
  ].join('\n');
}

/** In a notebook everything runs in the kernel unless told otherwise. */
const isAtHand = ({ live }: HandleState): boolean => live !== undefined || detectKernel() !== undefined;

/**
 * The function itself, where it stands for the bundle. A kernel's own functions do not: their stacks name no cell, and they see
 * what other cells have changed since, which no other runtime would.
 */
function liveHandler<Args>(
  { live, handler }: HandleState,
  options: RunOptions<Args>,
): { readonly live: NonNullable<HandleState['live']> } | undefined {
  const isAnother = options.handler !== undefined && options.handler !== handler;
  return live === undefined || isAnother || detectKernel() !== undefined ? undefined : { live };
}

async function runFunction<Args, Results>(
  openWorkspace: () => Promise<Workspace>,
  state: HandleState,
  options: RunOptions<Args>,
): Promise<RunHandle<RunResults<Results>>> {
  const workspace = await openWorkspace();
  const runtime =
    options.runtime ??
    state.options?.runtime ??
    workspace.project.spec.runtime ??
    (isAtHand(state) ? 'inline' : 'process');
  const { signal, ...request } = requestOf(state, options, runtime);
  const record = await runInCell({
    workspace,
    signal,
    plan: () => planOf(request.sweep),
    start: (stop) =>
      startFunction(workspace, state.packaged, {
        ...request,
        handler: options.handler ?? state.handler,
        runtime,
        ...liveHandler(state, options),
        ...(stop === undefined ? {} : { signal: stop }),
      }),
    render: renderRunSummary,
  });
  if (record.state !== 'completed' && options.throwOnFailure !== false)
    throw reviveError(
      record.error ?? {
        code: 'RUN_FAILED',
        kind: 'failed',
        message: `run "${record.uid}" ended as ${record.state}`,
      },
    );
  return createRunHandle<RunResults<Results>>(workspace.store, record);
}

/** What the call asks for laid over what `with` and `sweep` say. */
function requestOf<Args>(
  { options: own = {}, sweep }: HandleState,
  options: RunOptions<Args>,
  runtime: string,
): RunRequest {
  const { cache: _, kubernetes, ...anywhere } = own;
  // a function that is to look so on a cluster may run elsewhere, too; a call that says so is refused there
  const isOnCluster = runtime === 'kubernetes' && kubernetes !== undefined;
  const outer = isOnCluster ? { ...anywhere, kubernetes } : anywhere;
  return { ...(sweep === undefined ? {} : { sweep }), ...mergeStepOptions(outer, runRequest(options)) };
}

/** What a card shows of a sweep beside its record. */
function planOf(sweep: SweepSpec | undefined): TrackedRun {
  if (sweep === undefined) return {};
  const selector = sweep.selector === undefined ? {} : { selector: sweep.selector };
  return sweep.strategy === 'custom' ? selector : { ...selector, trials: planTrials(sweep).length };
}

async function exportFunction(packaged: PackagedFunction, file: string): Promise<void> {
  const [{ renderFunctionYaml }, { writeFileAtomic }] = await Promise.all([
    import('./functions/function-yaml.ts'),
    import('./core/atomic-file.ts'),
  ]);
  writeFileAtomic(path.resolve(file), await renderFunctionYaml(packaged, { embed: true }));
}
