import { existsSync } from 'node:fs';
import path from 'node:path';
import { writeFileAtomic } from '../core/atomic-file.ts';
import { parseName } from '../core/name.ts';
import { nearestName } from '../core/nearest-name.ts';
import { projectExists, templateUnknown } from './errors.ts';
import { renderCommonFiles } from './templates/every-project.ts';
import { renderNotebookFiles } from './templates/notebook-files.ts';
import { renderTypescriptFiles } from './templates/typescript-files.ts';

/** `notebook`: functions in notebooks/train.ipynb; `typescript`: in functions/train.ts. */
export type ProjectTemplate = 'notebook' | 'typescript';

export const projectTemplates: readonly ProjectTemplate[] = ['notebook', 'typescript'];

export interface CreateProjectOptions {
  /** Folder of the project; made where it does not exist. */
  readonly directory: string;
  /** @default the folder's name, with what a name may not hold replaced by `-` */
  readonly name?: string;
  /** @default 'notebook' */
  readonly template?: string;
}

export interface CreatedProject {
  readonly name: string;
  readonly directory: string;
  /** Written files, relative. */
  readonly files: readonly string[];
  /** The pipeline to run first. */
  readonly pipeline: string;
}

/**
 * Writes a project that runs at once and needs no network. Refuses with `PROJECT_EXISTS`, before anything is written, when
 * one of its files is there already.
 */
export function createProject(options: CreateProjectOptions): CreatedProject {
  const directory = path.resolve(options.directory);
  const name = options.name === undefined ? nameOf(directory) : parseName('project', options.name);
  const files = renderProjectFiles(name, parseTemplate(options.template ?? 'notebook'));
  const names = Object.keys(files);
  const taken = names.filter((file) => existsSync(path.join(directory, file)));
  if (taken.length > 0)
    throw projectExists(
      `"${directory}" has ${taken.length === 1 ? 'a file' : 'files'} that would be overwritten: ${taken.join(', ')}`,
      {
        hint: 'choose another folder, or move these files away',
        details: { files: taken },
      },
    );
  for (const [file, text] of Object.entries(files)) writeFileAtomic(path.join(directory, file), text);
  return { name, directory, files: names, pipeline: 'main' };
}

/** Text of every file of a new project, by relative path. */
export function renderProjectFiles(
  name: string,
  template: ProjectTemplate,
): Readonly<Record<string, string>> {
  const own = template === 'notebook' ? renderNotebookFiles(name) : renderTypescriptFiles();
  const source = template === 'notebook' ? 'notebooks/train.ipynb' : 'functions/train.ts';
  return { ...renderCommonFiles({ project: name, source }), ...own };
}

function parseTemplate(template: string): ProjectTemplate {
  const found = projectTemplates.find((one) => one === template);
  if (found !== undefined) return found;
  const near = nearestName(template, projectTemplates);
  throw templateUnknown(`the template "${template}" does not exist`, {
    hint: near === undefined ? `use one of: ${projectTemplates.join(', ')}` : `did you mean "${near}"?`,
  });
}

function nameOf(directory: string): string {
  const usable = path
    .basename(directory)
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '')
    .slice(0, 63);
  return parseName('project', usable === '' ? 'project' : usable.replace(/[^A-Za-z0-9]+$/, ''));
}
