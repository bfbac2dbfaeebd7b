import { layout } from '../../../functions/image/layers/image-layout.ts';
import type { HttpStore } from '../../../tracking/http/http-store.ts';
import type { RunRecord } from '../../../tracking/run.ts';
import { cacheLabel } from '../../cache/cache-labels.ts';
import { tryEnterFlight } from '../../cache/flight.ts';
import type { CacheDecision, StepCache } from '../../cache/step-cache.ts';
import { createStoreStepCache, flightName } from '../../cache/store-step-cache.ts';
import { stepRunUid } from '../step-run-uid.ts';
import type { PodPlace } from './read-pod-place.ts';

interface PodSide {
  readonly place: PodPlace;
  readonly store: HttpStore;
}

/** Milliseconds that the tracking server gets to take what a step gave, before those are let go on who wait for it. */
const settleMs = 60_000;

/** The cache of the tracking server, for the step of a pod. */
export function podCache({ place, store }: PodSide): StepCache {
  const { files = {}, declaredImages = {} } = place.context;
  return createStoreStepCache({
    store,
    workingDirectory: `/${layout.work}`,
    files,
    imageOf: ({ step }) => declaredImages[step.id] ?? '',
    settle: () => store.flush({ withinMs: settleMs, awayMs: settleMs }),
    holderOf: () => holderOf(place),
  });
}

/** A pod that goes on with a run which another one had begun does so in its right; one that has taken it over is not waited for. */
export async function goOn(
  { labels }: RunRecord,
  { place, store }: Pick<PodSide, 'place' | 'store'>,
): Promise<Extract<CacheDecision, { type: 'run' }>> {
  const key = labels[cacheLabel];
  const flight =
    key === undefined
      ? undefined
      : await tryEnterFlight({ store, name: flightName(key), holder: holderOf(place) });
  return {
    type: 'run',
    // where the server is away, the right ends by itself
    settle: async () => flight?.release().catch(() => undefined),
  };
}

/** All pods of one step are the same holder, as they write the same run. */
function holderOf({ pipelineRun, task }: PodPlace): string {
  return JSON.stringify({ thing: stepRunUid(pipelineRun, task.id, task.at) });
}
