import { type Clock, systemClock } from '../../core/clock.ts';
import { renderDuration } from '../../core/duration.ts';
import { isSlipwayError } from '../../core/error.ts';
import type { RunRecord } from '../../tracking/run.ts';
import type { CachePolicy } from '../plan/plan.ts';
import type { StepRun } from '../run-plan.ts';
import { cacheLabel, cacheLabels } from './cache-labels.ts';
import { type CacheMaterial, cacheKey, cacheMaterial } from './cache-material.ts';
import { checkOutputs } from './check-outputs.ts';
import { explainMiss } from './explain-miss.ts';
import { enterFlight, type Flight } from './flight.ts';
import { digestInputs, type InputPlace } from './input-digests.ts';
import type { CacheDecision, StepCache } from './step-cache.ts';

export interface StoreStepCacheOptions extends InputPlace {
  /** Digest of the image that a step runs in, as far as it was declared; empty where nothing was. @default '' */
  readonly imageOf?: (run: StepRun) => string | Promise<string>;
  /** Resolves when the store has what was written to it; others wait for that before they look. */
  readonly settle?: () => Promise<void>;
  /** Who runs a step, in the eyes of others that wait for it. @default something new for each */
  readonly holderOf?: (run: StepRun) => string;
  /** Whether a step may keep the engine's thread busy while it runs. @default it never does */
  readonly mayBlock?: (run: StepRun) => boolean;
  /** Milliseconds after which an engine that gives no sign of life may be replaced. @default 30000 */
  readonly leaseMs?: number;
  readonly clock?: Clock;
}

/** Runs looked through for one whose outputs are all still there. */
const lookedThrough = 10;

/**
 * The cache that is the record itself: a completed step's run, found by the digest of what made its outputs. Engines and machines share
 * it with the store; removing a run removes what is cached of it. A store that does not answer lets every step run.
 */
export function createStoreStepCache(options: StoreStepCacheOptions): StepCache {
  return new StoreStepCache(options);
}

interface Subject {
  readonly run: StepRun;
  readonly policy: CachePolicy;
  readonly material: CacheMaterial;
  readonly labels: Readonly<Record<string, string>>;
}

type Lookup = { readonly record: RunRecord } | { readonly missing: string };

class StoreStepCache implements StepCache {
  readonly #options: StoreStepCacheOptions;
  readonly #clock: Clock;

  constructor(options: StoreStepCacheOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  async decide(run: StepRun, signal: AbortSignal): Promise<CacheDecision> {
    const policy = run.step.options.cache;
    if (policy === undefined || policy.mode === 'off') return runs();
    const inputs = await digestInputs(run, this.#options);
    if ('unknown' in inputs) return runs(`ran: ${inputs.unknown}`);
    const image = (await this.#options.imageOf?.(run)) ?? '';
    const material = cacheMaterial(run, { inputs: inputs.digests, image });
    const subject = { run, policy, material, labels: cacheLabels(material) };
    if (policy.mode === 'write') return runs('ran: the cache is only written to', subject.labels);
    try {
      return await this.#look(subject, signal);
    } catch (error) {
      if (!isSlipwayError(error) || error.kind !== 'unavailable') throw error;
      return runs(`ran: the cache cannot be asked: ${error.message}`, subject.labels);
    }
  }

  async #look(subject: Subject, signal: AbortSignal): Promise<CacheDecision> {
    const { policy, labels, material } = subject;
    const found = await this.#find(subject);
    if ('record' in found) return hit(found.record, material);
    const reason = `ran: ${found.missing}`;
    if (policy.mode === 'read') return runs(reason);
    return policy.singleFlight === false ? runs(reason, labels) : this.#enter(subject, reason, signal);
  }

  /** Runs the step unless an equal one that was under way has given its outputs meanwhile. */
  async #enter(subject: Subject, reason: string, signal: AbortSignal): Promise<CacheDecision> {
    const { store, holderOf, mayBlock, leaseMs } = this.#options;
    const { run, material, labels } = subject;
    const holder = holderOf?.(run);
    const name = flightName(cacheKey(material));
    const flight = await enterFlight(
      {
        store,
        name,
        mayBlock: mayBlock?.(run) ?? false,
        ...(holder === undefined ? {} : { holder }),
        ...(leaseMs === undefined ? {} : { leaseMs }),
      },
      signal,
    );
    try {
      const again = await this.#find(subject);
      if (!('record' in again)) return runs(reason, labels, () => this.#land(flight));
      await flight.release();
      return hit(again.record, material);
    } catch (error) {
      await flight.release();
      throw error;
    }
  }

  /** Whoever waits looks at once, so what the step gave has to be there. */
  async #land(flight: Flight): Promise<void> {
    try {
      await this.#options.settle?.();
    } finally {
      // where the store is away, the right ends by itself
      await flight.release().catch(() => undefined);
    }
  }

  async #find({ run, policy: { ttlMs }, material }: Subject): Promise<Lookup> {
    const { store } = this.#options;
    const { runs: found } = await store.searchRuns({
      labels: { [cacheLabel]: cacheKey(material) },
      filter: "state = 'completed' and kind in ('step', 'sweep')",
      all: true,
      limit: lookedThrough,
    });
    let missing: string | undefined;
    for (const { uid, endedAt, createdAt } of found.filter((one) => hasRead(one, material))) {
      const age = this.#clock.now() - Date.parse(endedAt ?? createdAt);
      if (ttlMs !== undefined && age > ttlMs) {
        missing ??= `what is cached is older than ${renderDuration(ttlMs)}`;
        continue;
      }
      const checked = await checkOutputs(store, uid);
      if ('record' in checked) return checked;
      missing ??= checked.missing;
    }
    return { missing: missing ?? (await explainMiss(store, run, material)) };
  }
}

/** Under what name a step of a key is the only one of its kind under way. */
export const flightName = (key: string): string => `step ${key}`;

function runs(
  reason?: string,
  labels: Readonly<Record<string, string>> = {},
  settle: () => Promise<void> = async () => undefined,
): CacheDecision {
  return { type: 'run', ...(reason === undefined ? {} : { reason }), labels, settle };
}

function hit({ uid, results, artifacts }: RunRecord, { inputs }: CacheMaterial): CacheDecision {
  const what = Object.keys(inputs).length > 0 ? 'code, params, inputs' : 'code, params';
  return {
    type: 'hit',
    outputs: { uid, results, artifacts },
    reason: `cached: same ${what}; from run ${uid}`,
  };
}

/** Whether the run read what its key says: a file may have changed between the two. */
function hasRead(record: RunRecord, { inputs }: CacheMaterial): boolean {
  return Object.entries(inputs).every(([name, digest]) => (record.inputs[name]?.digest ?? digest) === digest);
}
