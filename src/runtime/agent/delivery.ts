import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Job } from '../job.ts';
import { deliveryFiles, secretFilePrefix } from './delivery-files.ts';
import { deliveryInvalid } from './errors.ts';
import type { Submission } from './submission.ts';
import type { SweepRules } from './sweep-rules.ts';
import type { TrialParts } from './trial-table.ts';

/** What a pod is started with. */
export interface Delivery {
  /** With `trials`, the sweep that they are of. */
  readonly job: Job;
  readonly submission: Submission;
  readonly secrets: Readonly<Record<string, string>>;
  /**
   * The pod is one of a sweep's: its runs are rows of this table. The pod begins their journals and makes all of their attempts, as
   * nobody else does.
   */
  readonly trials?: Uint8Array | TrialParts;
  /** Of the sweep that the trials are of. */
  readonly sweep?: SweepRules;
}

/**
 * Reads what was delivered into a folder.
 * @throws DELIVERY_INVALID
 */
export function readDelivery(folder: string): Delivery {
  try {
    return {
      job: readJson<Job>(folder, deliveryFiles.job),
      submission: readJson<Submission>(folder, deliveryFiles.submission),
      secrets: Object.fromEntries(
        readdirSync(folder)
          .filter((name) => name.startsWith(secretFilePrefix))
          .map((name) => [
            name.slice(secretFilePrefix.length),
            readFileSync(path.join(folder, name), 'utf8'),
          ]),
      ),
      ...readTrials(folder),
    };
  } catch (cause) {
    throw deliveryInvalid(`"${folder}" does not hold what a run needs: ${(cause as Error).message}`, {
      hint: 'the program of pods is started by the Kubernetes runtime, which mounts job and secrets there',
      cause,
    });
  }
}

function readTrials(folder: string): Pick<Delivery, 'trials' | 'sweep'> {
  if (!existsSync(path.join(folder, deliveryFiles.sweep))) return {};
  const sweep = readJson<SweepRules>(folder, deliveryFiles.sweep);
  const table = path.join(folder, deliveryFiles.trials);
  if (existsSync(table)) return { sweep, trials: readFileSync(table) };
  return { sweep, trials: readJson<TrialParts>(folder, deliveryFiles.trialParts) };
}

function readJson<Value>(folder: string, name: string): Value {
  return JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as Value;
}
