import { nearestName } from '../../core/nearest-name.ts';
import type { Pipeline } from '../../pipelines/pipeline.ts';
import { loadPipeline } from '../../projects/load-pipeline.ts';
import type { PipelineEntry } from '../../projects/project-spec.ts';
import type { Workspace } from '../../projects/workspace.ts';
import { pipelineNotFound, usageError } from '../errors.ts';

/** A pipeline, and what project.yaml says about it. */
export interface NamedPipeline {
  readonly pipeline: Pipeline;
  readonly entry?: PipelineEntry;
}

/** A pipeline by its name in project.yaml or by its file; without a reference, the only one there is. */
export async function loadNamedPipeline(
  workspace: Workspace,
  reference: string | undefined,
): Promise<NamedPipeline> {
  const entries = workspace.project.spec.pipelines ?? [];
  if (reference !== undefined && /\.(ts|mts|js|mjs)$/.test(reference))
    return { pipeline: await loadPipeline(workspace, reference) };
  const entry = reference === undefined ? onlyEntry(entries) : findEntry(workspace, entries, reference);
  return { pipeline: await loadPipeline(workspace, entry.name), entry };
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

function findEntry(workspace: Workspace, entries: readonly PipelineEntry[], name: string): PipelineEntry {
  const entry = entries.find((candidate) => candidate.name === name);
  if (entry) return entry;
  const names = entries.map((candidate) => candidate.name);
  const near = nearestName(name, names);
  throw pipelineNotFound(`pipeline "${name}" does not exist in project "${workspace.project.name}"`, {
    hint: near
      ? `did you mean "${near}"?`
      : names.length
        ? `it has: ${names.join(', ')}`
        : 'add it to project.yaml',
  });
}
