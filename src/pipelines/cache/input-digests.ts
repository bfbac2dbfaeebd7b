import { isSlipwayError } from '../../core/error.ts';
import { digestOf } from '../../data/digest-of.ts';
import { openDataItem } from '../../data/open-data-item.ts';
import type { RunStore } from '../../tracking/store.ts';
import type { StepRun } from '../run-plan.ts';

export interface InputPlace {
  readonly store: RunStore;
  /** Folder that relative paths of inputs start from. */
  readonly workingDirectory: string;
  /** Digests of files of another machine, by how the plan names them. */
  readonly files?: Readonly<Record<string, { readonly digest: string }>>;
}

/**
 * Digests of what a step's inputs hold now: that of an artifact is known; anything else is read. `unknown` says why one
 * cannot be told; then the step has to run, and will itself tell what is wrong.
 */
export async function digestInputs(
  run: StepRun,
  { store, workingDirectory, files = {} }: InputPlace,
): Promise<{ readonly digests: Readonly<Record<string, string>> } | { readonly unknown: string }> {
  const ignored = new Set(run.step.options.cache?.ignore ?? []);
  const digests: Record<string, string> = {};
  for (const [key, { uri, digest = files[uri]?.digest }] of Object.entries(run.inputs)) {
    if (ignored.has(key)) continue;
    try {
      const open = (): Promise<{ digest: string }> =>
        digestOf(openDataItem(uri, { store, baseDirectory: workingDirectory, key }));
      digests[key] = digest ?? (await open()).digest;
    } catch (error) {
      if (!isSlipwayError(error)) throw error;
      return { unknown: `the content of the input "${key}" cannot be told: ${error.message}` };
    }
  }
  return { digests };
}
