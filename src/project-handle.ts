import path from 'node:path';
import type { ArgsOf, ResultsOfName } from './code-to-function.ts';
import type { Json } from './core/json.ts';
import type { RichOutput } from './core/rich-output.ts';
import { workspaceOf } from './current-workspace.ts';
import type { Artifact } from './data/artifact.ts';
import type { LineageOptions } from './data/lineage.ts';
import type { LineageGraph } from './data/lineage-graph.ts';
import { renderArtifact } from './data/render-artifact.ts';
import { createFunctionHandle, type FunctionHandle } from './function-handle.ts';
import type { RunsTableOptions } from './notebooks/display/compare/runs-table.ts';
import type { Html } from './notebooks/display/html/html.ts';
import type { ProjectSpec } from './projects/project-spec.ts';
import { resolveFunction } from './projects/resolve-function.ts';
import type { Workspace } from './projects/workspace.ts';
import { createRunHandle, type RunHandle } from './run-handle.ts';
import { showAs, withOutput } from './show-as.ts';
import { showOutput } from './show-output.ts';
import type { RunRecord } from './tracking/run.ts';
import type { ArtifactQuery, ArtifactRow, RunQuery, RunStore } from './tracking/store.ts';

/** Runs that were found. */
export interface RunList extends ReadonlyArray<RunHandle> {
  /**
   * Shows the runs in one table, the best value of each metric marked. `metrics` names what is compared, in this order:
   * `accuracy`, or `max.accuracy` and `min.loss` to say which is better. @default all results and metrics that are numbers
   */
  show(options?: RunsTableOptions): Promise<void>;
}

/** A project: its functions, runs and artifacts. */
export interface ProjectHandle {
  readonly name: string;
  /** Folder of project.yaml. */
  readonly root: string;
  readonly spec: ProjectSpec;
  /** `params` of project.yaml. */
  readonly params: Readonly<Record<string, Json>>;
  /** A function of project.yaml, typed through `slipway.d.ts`. */
  function<Name extends string>(name: Name): Promise<FunctionHandle<ArgsOf<Name>, ResultsOfName<Name>>>;
  /** A run by uid, unique prefix, name (the latest) or `@last`. */
  run(reference: string): Promise<RunHandle>;
  /** Runs that match, newest first. */
  runs(query?: RunQuery): Promise<RunList>;
  /** An artifact by key (the latest), or by `store://…`. */
  artifact(reference: string): Promise<Artifact>;
  artifacts(query?: ArtifactQuery): Promise<readonly ArtifactRow[]>;
  /** Which run made what from which, around a run or artifact (`store://…`). */
  lineage(reference: string, options?: LineageOptions): Promise<LineageGraph>;
}

/** The project that a folder belongs to: the nearest one with project.yaml above it, else the project `default`. */
export async function loadProject(directory: string = process.cwd()): Promise<ProjectHandle> {
  const workspace = await workspaceOf(path.resolve(directory));
  const { project, store } = workspace;
  const handle: ProjectHandle = {
    name: project.name,
    root: project.root,
    spec: project.spec,
    params: project.spec.params ?? {},
    function: <Name extends string>(name: Name) => projectFunction<Name>(workspace, name),
    run: async (reference) => createRunHandle(store, await store.getRun(reference)),
    runs: async (query = {}) => runList(store, (await store.searchRuns(query)).runs),
    async artifact(reference) {
      const uri = reference.startsWith('store://') ? reference : `store://${project.name}/${reference}`;
      const { openArtifact } = await import('./data/open-artifact.ts');
      return openArtifact(store, await store.resolveArtifact(uri));
    },
    artifacts: async (query = {}) =>
      (await store.searchArtifacts(query)).map((row) => showAs(row, () => renderArtifact(row))),
    async lineage(reference, options) {
      const { traceLineage } = await import('./data/lineage.ts');
      return traceLineage(store, reference, options);
    },
  };
  return showAs(handle, () => renderProject(handle), { output: () => projectOutput(handle) });
}

function runList(store: RunStore, records: readonly RunRecord[]): RunList {
  const output = async (options: RunsTableOptions = {}): Promise<RichOutput> =>
    (await import('./notebooks/display/compare/render-runs.ts')).runsOutput(records, options);
  const runs = records.map((record) => createRunHandle(store, record));
  // not enumerable: a list of runs is to look like one
  Object.defineProperty(runs, 'show', {
    value: async (options?: RunsTableOptions): Promise<void> => showOutput(await output(options)),
  });
  return withOutput(runs as unknown as RunList, output);
}

async function projectOutput(handle: ProjectHandle): Promise<RichOutput> {
  const { renderPanel } = await import('./notebooks/display/value/panel.ts');
  const { html } = await import('./notebooks/display/html/html.ts');
  const { spec, name, root } = handle;
  const list = (title: string, entries: readonly { readonly name: string }[] = []): Html | undefined =>
    entries.length === 0
      ? undefined
      : html`<div><h4>${title}</h4><table>${entries.map((entry) => html`<tr><td>${entry.name}</td></tr>`)}</table></div>`;
  const lists = [list('Functions', spec.functions), list('Pipelines', spec.pipelines)].filter(Boolean);
  const body = lists.length === 0 ? undefined : html`<section class="cols">${lists}</section>`;
  const card = renderPanel({ title: name, facts: `project in ${root}`, body });
  return { bundle: { 'text/html': card.markup, 'text/plain': renderProject(handle) } };
}

function renderProject({ name, root, spec }: ProjectHandle): string {
  const list = (title: string, entries: readonly { readonly name: string }[] = []): readonly string[] =>
    entries.length === 0 ? [] : [`  ${title} ${entries.map((entry) => entry.name).join(', ')}`];
  return [
    `project ${name} in ${root}`,
    ...list('functions', spec.functions),
    ...list('pipelines', spec.pipelines),
  ].join('\n');
}

async function projectFunction<Name extends string>(
  workspace: Workspace,
  name: Name,
): Promise<FunctionHandle<ArgsOf<Name>, ResultsOfName<Name>>> {
  const packaged = await resolveFunction(workspace, name);
  const open = (): Promise<Workspace> => Promise.resolve(workspace);
  const handle = await createFunctionHandle<ArgsOf<Name>, ResultsOfName<Name>>(
    open,
    packaged,
    packaged.spec.spec.defaultHandler,
  );
  const options = workspace.project.spec.functions?.find((entry) => entry.name === name)?.options;
  return options === undefined ? handle : handle.with(options);
}
