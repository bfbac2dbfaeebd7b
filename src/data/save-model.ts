import { readdir } from 'node:fs/promises';
import { type Json, toJson } from '../core/json.ts';
import type { RunStore } from '../tracking/store.ts';
import type { LogModelOptions, Model, ModelManifest } from './artifact.ts';
import { copyFileInto, copyFolderInto } from './artifacts/copy-into.ts';
import { bytesOf, checkContent, isPath } from './artifacts/file-content.ts';
import { checkLabelColumn } from './artifacts/label-column.ts';
import { inferSignature } from './artifacts/model-signature.ts';
import { parseFileName, writeStaged } from './artifacts/staged-file.ts';
import { type ArtifactTarget, checkTarget, storeStaged } from './artifacts/store-staged.ts';
import { createTable } from './create-table.ts';
import { invalidModel } from './errors.ts';
import { openArtifact } from './open-artifact.ts';
import type { Predictor } from './predictor.ts';
import { parsePredictor } from './predictors/parse-predictor.ts';
import { profileTable } from './profile-table.ts';

/** `framework` of a model whose predictions `predictTable` can make. */
export const portableFramework = 'slipway-predictor';

/**
 * Stores a model: a folder with its files, `predictor.json` where a portable predictor is given, and `model.yaml` with
 * signature, metrics and the profile of the training set. Throws `INVALID_MODEL`, `INVALID_PREDICTOR`, `LABEL_COLUMN_NOT_FOUND`.
 */
export async function saveModel(
  store: RunStore,
  target: ArtifactTarget,
  options: LogModelOptions,
): Promise<Model> {
  checkTarget(target, options.tags);
  const predictor =
    options.predictor === undefined ? undefined : parsePredictor(options.predictor, `model "${target.key}"`);
  checkFiles(target.key, options, predictor);
  const about = describeModel(target.key, options, predictor);
  const record = await storeStaged(store, target, async (staging) => {
    await fillFolder(staging, target.key, options, predictor);
    const files = await filesBelow(staging);
    const manifest: ModelManifest = { apiVersion: 'slipway/v1', kind: 'Model', ...about, files };
    const { stringify } = await import('yaml');
    await writeStaged(
      staging,
      'model.yaml',
      stringify(toJson(manifest), { lineWidth: 0, aliasDuplicateObjects: false }),
    );
    const { apiVersion: _, kind: __, ...metadata } = manifest;
    return { kind: 'model', metadata: toJson(metadata) as Record<string, Json>, labels: options.labels };
  });
  return openArtifact(store, record) as Model;
}

function checkFiles(key: string, options: LogModelOptions, predictor: Predictor | undefined): void {
  const names = Object.keys(options.files ?? {});
  for (const name of names) {
    parseFileName(name, key);
    checkContent(`${key}/${name}`, options.files?.[name]);
    if (name === 'model.yaml' || (predictor && name === 'predictor.json'))
      throw invalidModel(`file "${name}" of model "${key}" has a name that Slipway writes itself`, {
        hint: 'give the file another name',
      });
  }
  if (names.length === 0 && options.directory === undefined && predictor === undefined)
    throw invalidModel(`model "${key}" has no files`, {
      hint: 'give files: { "weights.json": … }, directory: "folder" or predictor: { … }',
    });
}

/** The manifest but for the list of files. */
function describeModel(
  key: string,
  options: LogModelOptions,
  predictor: Predictor | undefined,
): Omit<ModelManifest, 'apiVersion' | 'kind' | 'files'> {
  const { algorithm, labelColumn, metrics, parameters } = options;
  const trainingSet = options.trainingSet === undefined ? undefined : createTable(options.trainingSet);
  if (trainingSet) checkLabelColumn(trainingSet, labelColumn, `the training set of model "${key}"`);
  const signature = options.signature ?? (trainingSet && inferSignature(trainingSet, labelColumn, predictor));
  return {
    framework: options.framework ?? (predictor ? portableFramework : 'unknown'),
    ...(algorithm === undefined ? {} : { algorithm }),
    ...(labelColumn === undefined ? {} : { labelColumn }),
    ...(signature === undefined ? {} : { signature }),
    ...(metrics === undefined ? {} : { metrics: toJson(metrics) as Record<string, number | string> }),
    ...(parameters === undefined ? {} : { parameters: toJson(parameters) as Record<string, Json> }),
    ...(trainingSet === undefined ? {} : { trainingProfile: toJson(profileTable(trainingSet)) }),
  };
}

async function fillFolder(
  staging: string,
  key: string,
  options: LogModelOptions,
  predictor: Predictor | undefined,
): Promise<void> {
  if (options.directory !== undefined) await copyFolderInto(options.directory, staging, key);
  const present = new Set(await filesBelow(staging));
  const own = [...Object.keys(options.files ?? {}), 'model.yaml', ...(predictor ? ['predictor.json'] : [])];
  const twice = own.find((name) => present.has(name));
  if (twice !== undefined)
    throw invalidModel(`file "${twice}" of model "${key}" is given twice, by the folder and beside it`, {
      hint: `remove "${twice}" from "${options.directory}"`,
    });
  for (const [name, content] of Object.entries(options.files ?? {})) {
    if (isPath(content)) await copyFileInto(content.path, staging, name);
    else await writeStaged(staging, name, bytesOf(content));
  }
  if (predictor) await writeStaged(staging, 'predictor.json', `${JSON.stringify(toJson(predictor))}\n`);
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(folder.length + 1).replaceAll('\\', '/'))
    .sort();
}
