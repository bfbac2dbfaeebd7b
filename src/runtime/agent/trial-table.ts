import { gunzipSync, gzipSync } from 'node:zlib';
import type { Trial } from '../batch.ts';
import { deliveryInvalid } from './errors.ts';

/** The trials of a sweep, a row each, packed: what differs between thousands of them is little. */
export function packTrials(trials: readonly Trial[]): Uint8Array {
  return gzipSync(JSON.stringify(trials.map(({ uid, iteration, params }) => [uid, iteration, params])));
}

/** @throws DELIVERY_INVALID */
export function unpackTrials(bytes: Uint8Array): readonly Trial[] {
  try {
    const rows = JSON.parse(gunzipSync(bytes).toString()) as [string, number, Trial['params']][];
    return rows.map(([uid, iteration, params]) => ({ uid, iteration, params }));
  } catch (cause) {
    throw deliveryInvalid(`the table of trials cannot be read: ${(cause as Error).message}`, {
      hint: 'run the sweep again',
      cause,
    });
  }
}

/** Where the rows of a table are that is too large to be delivered: artifacts with as many rows each. */
export interface TrialParts {
  readonly rowsPerPart: number;
  /** Digests of the artifacts, in the order of the rows. */
  readonly parts: readonly string[];
}

/** Name of the file in each of those artifacts. */
export const trialsFile = 'trials.json.gz';
