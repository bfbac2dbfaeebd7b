import type { RunStore } from '../../../tracking/store.ts';
import { linesOfTrial } from '../../agent/trial-mark.ts';
import type { OutputLog } from '../../output-log.ts';
import type { ApiClient } from '../api/api-client.ts';
import { retryPassing } from '../api/retry-passing.ts';
import { kubernetesNotFound } from '../errors.ts';
import { type LogSource, readLog } from '../logs/read-log.ts';
import { missingOutput } from './missing-output.ts';

/** Adds to a run's output what its pod has printed and could not bring to the store. A pod that is gone has taken it along. */
export async function rescueOutput(
  client: ApiClient,
  source: LogSource,
  { store, uid, output }: { readonly store: RunStore; readonly uid: string; readonly output: OutputLog },
): Promise<void> {
  const lines = await retryPassing(() => readLines(client, source)).catch((error: unknown) => {
    if (kubernetesNotFound.is(error)) return [];
    throw error;
  });
  const log = linesOfTrial(lines, uid);
  if (log.length === 0) return;
  const chunks: Uint8Array[] = [];
  for await (const chunk of store.logs(uid)) chunks.push(chunk);
  output.write('stdout', missingOutput(Buffer.concat(chunks).toString(), log));
}

async function readLines(client: ApiClient, source: LogSource): Promise<readonly string[]> {
  const lines: string[] = [];
  const { signal } = new AbortController();
  for await (const { text } of readLog(client, { ...source, follow: false, signal })) lines.push(text);
  return lines;
}
