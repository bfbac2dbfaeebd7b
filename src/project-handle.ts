import path from 'node:path';
import type { ArgsOf, ResultsOfName } from './code-to-function.ts';
import type { Json } from './core/json.ts';
import { workspaceOf } from './current-workspace.ts';
import type { Artifact } from './data/artifact.ts';
import type { LineageOptions } from './data/lineage.ts';
import type { LineageGraph } from './data/lineage-graph.ts';
import { renderArtifact } from './data/render-artifact.ts';
import { createFunctionHandle, type FunctionHandle } from './function-handle.ts';
import type { ProjectSpec } from './projects/project-spec.ts';
import { resolveFunction } from './projects/resolve-function.ts';
import type { Workspace } from './projects/workspace.ts';
import { createRunHandle, type RunHandle } from './run-handle.ts';
import { showAs } from './show-as.ts';
import type { ArtifactQuery, ArtifactRow, RunQuery } from './tracking/store.ts';

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
  runs(query?: RunQuery): Promise<readonly RunHandle[]>;
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
    runs: async (query = {}) =>
      (await store.searchRuns(query)).runs.map((record) => createRunHandle(store, record)),
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
  return showAs(handle, () => renderProject(handle));
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
  return createFunctionHandle(open, packaged, packaged.spec.spec.defaultHandler);
}
