import { type ErrorRecord, errorRecord } from '../core/error.ts';
import type { PackagedFunction } from '../functions/function-spec.ts';
import type { FunctionEntry } from './project-spec.ts';
import { resolveFunction } from './resolve-function.ts';
import type { Workspace } from './workspace.ts';

/** A function of project.yaml, packaged, or why it could not be. */
export type SyncedFunction =
  | { readonly entry: FunctionEntry; readonly packaged: PackagedFunction }
  | { readonly entry: FunctionEntry; readonly error: ErrorRecord };

/**
 * Packages every function of project.yaml, or those named. One that cannot be packaged does not keep the others from it:
 * its error stands in its place. Unchanged functions are not packaged again.
 */
export async function syncFunctions(
  workspace: Workspace,
  names?: readonly string[],
): Promise<readonly SyncedFunction[]> {
  const entries = (workspace.project.spec.functions ?? []).filter(
    (entry) => names?.includes(entry.name) ?? true,
  );
  const synced: SyncedFunction[] = [];
  for (const entry of entries) {
    try {
      synced.push({ entry, packaged: await resolveFunction(workspace, entry.name) });
    } catch (error) {
      synced.push({ entry, error: errorRecord(error) });
    }
  }
  return synced;
}
