import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { nearestName } from '../core/nearest-name.ts';
import { bundleModule } from '../functions/bundle-module.ts';
import { loadBundle } from '../functions/load-bundle.ts';
import { openSourceCache } from '../functions/source-cache.ts';
import { isPipeline, type Pipeline, typePipeline } from '../pipelines/dsl/pipeline.ts';
import { refuseMisuses } from '../pipelines/source/check-source.ts';
import type { PipelineSignature } from '../pipelines/source/read-parameters.ts';
import type { PipelineFileReport } from '../pipelines/source/read-source.ts';
import { provideApi } from '../runtime/provide-api.ts';
import { pipelineNotFound } from './errors.ts';
import { missingNameHint } from './missing-name.ts';
import type { PipelineEntry } from './project-spec.ts';
import { cacheDirectory, type Workspace } from './workspace.ts';

/**
 * The pipeline that a name of project.yaml, or a file, stands for. The file is checked for references used as values
 * (`REFERENCE_AS_VALUE`), bundled (nothing changed, nothing rebuilt) and loaded; its parameters have the types of the source.
 * Throws `PIPELINE_NOT_FOUND`, `SOURCE_INVALID`, and what the file itself throws while it loads.
 */
export async function loadPipeline(
  workspace: Pick<Workspace, 'project' | 'directory'>,
  reference: string,
): Promise<Pipeline> {
  const { root } = workspace.project;
  const located = locate(workspace, reference);
  const shown = path.relative(root, located.file);
  const report = await readReport(workspace, located.file, shown);
  refuseMisuses(report.misuses);
  const bundle = await bundleModule(located.file, {
    root,
    cacheDirectory: cacheDirectory(workspace.project),
  });
  await provideApi(bundle.directory);
  const exports = await loadBundle(bundle.directory);
  const loaded = selectExport(exports, located, shown);
  return withSignature(loaded, report.signatures[loaded.name]);
}

interface LocatedPipeline {
  readonly file: string;
  readonly entry?: PipelineEntry;
}

function locate(
  { project, directory }: Pick<Workspace, 'project' | 'directory'>,
  reference: string,
): LocatedPipeline {
  if (/\.([cm]?[jt]s|tsx)$/.test(reference))
    return { file: existing(path.resolve(directory, reference), reference) };
  const entries = project.spec.pipelines ?? [];
  const entry = entries.find((one) => one.name === reference);
  if (entry !== undefined)
    return { file: existing(path.resolve(project.root, entry.file), entry.file, entry), entry };
  const names = entries.map((one) => one.name);
  throw pipelineNotFound(`pipeline "${reference}" does not exist in project "${project.name}"`, {
    hint: missingNameHint(
      reference,
      names,
      'add it under "pipelines:" in project.yaml as { name, file }, or give a file',
    ),
  });
}

function existing(file: string, shown: string, entry?: PipelineEntry): string {
  if (existsSync(file)) return realpathSync(file);
  const whose = entry === undefined ? '' : ` of pipeline "${entry.name}"`;
  throw pipelineNotFound(`the file "${shown}"${whose} does not exist`, { hint: `looked for "${file}"` });
}

async function readReport(
  workspace: Pick<Workspace, 'project'>,
  file: string,
  shownAs: string,
): Promise<PipelineFileReport> {
  const cache = openSourceCache<PipelineFileReport>(cacheDirectory(workspace.project), {
    kind: 'pipeline-source',
    file,
    shownAs,
  });
  const known = cache.read();
  if (known !== undefined) return known;
  const { readPipelineSource } = await import('../pipelines/source/read-source.ts');
  const report = readPipelineSource(file, shownAs);
  cache.write(report, report.files);
  return report;
}

function selectExport(
  exports: Readonly<Record<string, unknown>>,
  { entry }: LocatedPipeline,
  shown: string,
): Pipeline {
  const pipelines = Object.entries(exports).filter((pair): pair is [string, Pipeline] => isPipeline(pair[1]));
  const names = pipelines.map(([name]) => name);
  const wanted = entry?.export;
  if (wanted !== undefined) {
    const found = pipelines.find(([name]) => name === wanted)?.[1];
    if (found !== undefined) return found;
    const near = nearestName(wanted, names);
    const isOther = wanted in exports ? 'is not a pipeline' : 'does not exist';
    throw pipelineNotFound(`the export "${wanted}" of "${shown}" ${isOther}`, {
      hint: near === undefined ? exportHint(names) : `did you mean "${near}"?`,
    });
  }
  const chosen =
    pipelines.find(([name]) => name === 'default') ?? (pipelines.length === 1 ? pipelines[0] : undefined);
  if (chosen !== undefined) return chosen[1];
  throw pipelineNotFound(
    names.length === 0
      ? `"${shown}" exports no pipeline`
      : `"${shown}" exports several pipelines: ${names.join(', ')}`,
    {
      hint:
        names.length === 0
          ? exportHint(names)
          : 'name one with "export:" in project.yaml, or make one the default export',
    },
  );
}

function exportHint(names: readonly string[]): string {
  return names.length > 0
    ? `it exports: ${names.join(', ')}`
    : "write export default pipeline('name', (p, params) => { … })";
}

/** The pipeline with the types that its source tells, which the running body does not. */
function withSignature(loaded: Pipeline, signature: PipelineSignature | undefined): Pipeline {
  if (signature === undefined || loaded.options.parameters !== undefined) return loaded;
  return typePipeline(loaded, signature);
}
