import path from 'node:path';
import { writeFileAtomic } from '../core/atomic-file.ts';
import type { ErrorRecord } from '../core/error.ts';
import type { FunctionSpec } from '../functions/function-spec.ts';
import { renderTypes } from '../functions/render-types.ts';
import { type SyncedFunction, syncFunctions } from './sync-functions.ts';
import type { Workspace } from './workspace.ts';

/** Name of the file that types a project's functions by declaration merging. */
export const typesFileName = 'slipway.d.ts';

export interface WrittenTypes {
  readonly file: string;
  readonly functions: readonly string[];
  /** Functions that could not be packaged; the others are written all the same. */
  readonly failed: readonly { readonly name: string; readonly error: ErrorRecord }[];
}

/** Writes `slipway.d.ts` beside project.yaml, with the types of all its functions. */
export async function writeTypes(workspace: Workspace): Promise<WrittenTypes> {
  const synced = await syncFunctions(workspace);
  const specs = synced.flatMap((each) => ('packaged' in each ? [named(each)] : []));
  const failed = synced.flatMap((each) =>
    'error' in each ? [{ name: each.entry.name, error: each.error }] : [],
  );
  const file = path.join(workspace.project.root, typesFileName);
  writeFileAtomic(file, renderTypes(specs));
  return { file, functions: specs.map((spec) => spec.metadata.name), failed };
}

/** The spec under the name that the project gives the function, which is what is imported by. */
function named({ entry, packaged }: Extract<SyncedFunction, { packaged: unknown }>): FunctionSpec {
  return { ...packaged.spec, metadata: { ...packaged.spec.metadata, name: entry.name } };
}
