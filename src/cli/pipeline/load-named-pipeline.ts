import path from 'node:path';
import type { Pipeline } from '../../pipelines/dsl/pipeline.ts';
import { pipelineNotFound } from '../../projects/errors.ts';
import { loadPipeline } from '../../projects/load-pipeline.ts';
import type { PipelineEntry } from '../../projects/project-spec.ts';
import type { Workspace } from '../../projects/workspace.ts';
import { usageError } from '../errors.ts';
import { explainBroken } from './explain-broken.ts';

/** A pipeline, and what project.yaml says about it. */
export interface NamedPipeline {
  readonly pipeline: Pipeline;
  readonly entry?: PipelineEntry;
  /** Name in project.yaml, or file relative to the project. */
  readonly source: string;
}

/** A pipeline by its name in project.yaml or by its file; without a reference, the only one there is. */
export async function loadNamedPipeline(
  workspace: Workspace,
  reference: string | undefined,
): Promise<NamedPipeline> {
  const entries = workspace.project.spec.pipelines ?? [];
  const name = reference ?? onlyEntry(entries).name;
  const entry = entries.find((candidate) => candidate.name === name);
  const pipeline = await explainBroken(`pipeline "${name}"`, () => loadPipeline(workspace, name));
  const source =
    entry === undefined
      ? path.relative(workspace.project.root, path.resolve(workspace.directory, name))
      : name;
  return { pipeline, source, ...(entry ? { entry } : {}) };
}

function onlyEntry(entries: readonly PipelineEntry[]): PipelineEntry {
  const [first, second] = entries;
  if (first && !second) return first;
  if (!first)
    throw pipelineNotFound('project.yaml has no pipelines', {
      hint: 'add one under "pipelines:" as {name, file}, or give a file',
    });
  throw usageError('project.yaml has several pipelines', {
    hint: `name one of: ${entries.map((entry) => entry.name).join(', ')}`,
  });
}
