import { writeFileAtomic } from '../../core/atomic-file.ts';
import { type Clock, systemClock } from '../../core/clock.ts';
import { renderDuration } from '../../core/duration.ts';
import type { RunRecord } from '../../tracking/run.ts';
import type { RunStore } from '../../tracking/store.ts';
import { isKept } from '../engine/check-artifacts.ts';
import type { CachePolicy } from '../plan/plan.ts';
import type { StepRun } from '../run-plan.ts';
import { type CacheEntry, createCacheEntry } from './cache-entry.ts';
import {
  entryFile,
  flightsDirectory,
  hexOf,
  latestFile,
  readEntry,
  readText,
  stepCacheDirectory,
  writeEntry,
} from './cache-files.ts';
import { type CacheMaterial, cacheKey, cacheMaterial } from './cache-material.ts';
import { explainDifference } from './explain-difference.ts';
import { enterFlight, type Flight } from './flight.ts';
import { digestInputs } from './input-digests.ts';
import type { CacheDecision, StepCache } from './step-cache.ts';

export interface FileStepCacheOptions {
  /** Folder of the store. */
  readonly storeDirectory: string;
  readonly store: RunStore;
  /** Name of the pipeline, by which "changed since it last ran" is told. */
  readonly pipeline: string;
  /** Folder that relative paths of inputs start from. */
  readonly workingDirectory: string;
  readonly clock?: Clock;
}

/** The cache in the store's folder: any number of pipelines, in any processes, may use it at once. */
export function createFileStepCache(options: FileStepCacheOptions): StepCache {
  return new FileStepCache(options);
}

interface Subject {
  readonly run: StepRun;
  readonly policy: CachePolicy;
  readonly material: CacheMaterial;
  readonly key: string;
}

type Lookup = { readonly entry: CacheEntry } | { readonly missing: string };

class FileStepCache implements StepCache {
  readonly #options: FileStepCacheOptions;
  readonly #directory: string;
  readonly #clock: Clock;

  constructor(options: FileStepCacheOptions) {
    this.#options = options;
    this.#directory = stepCacheDirectory(options.storeDirectory);
    this.#clock = options.clock ?? systemClock;
  }

  async decide(run: StepRun, signal: AbortSignal): Promise<CacheDecision> {
    const policy = run.step.options.cache;
    if (policy === undefined || policy.mode === 'off') return { type: 'run', settle: async () => undefined };
    const inputs = await digestInputs(run, this.#options);
    if ('unknown' in inputs)
      return { type: 'run', reason: `ran: ${inputs.unknown}`, settle: async () => undefined };
    const material = cacheMaterial(run, inputs.digests);
    const subject = { run, policy, material, key: cacheKey(material) };
    if (policy.mode === 'write') return this.#runs(subject, 'ran: the cache is only written to');
    const found = await this.#lookUp(subject);
    if ('entry' in found) return this.#hit(subject, found.entry);
    if (policy.mode === 'read')
      return { type: 'run', reason: `ran: ${found.missing}`, settle: async () => undefined };
    if (policy.singleFlight === false) return this.#runs(subject, `ran: ${found.missing}`);
    return this.#enter(subject, found.missing, signal);
  }

  /** Runs the step unless an equal one that was under way has given its outputs meanwhile. */
  async #enter(subject: Subject, missing: string, signal: AbortSignal): Promise<CacheDecision> {
    const flight = await enterFlight(flightsDirectory(this.#directory), hexOf(subject.key), signal);
    try {
      const again = await this.#lookUp(subject);
      if (!('entry' in again)) return this.#runs(subject, `ran: ${missing}`, flight);
      flight.release();
      return this.#hit(subject, again.entry);
    } catch (error) {
      flight.release();
      throw error;
    }
  }

  #runs(subject: Subject, reason: string, flight?: Flight): CacheDecision {
    return {
      type: 'run',
      reason,
      settle: async (record) => {
        try {
          if (record !== undefined && hasRead(record, subject.material)) this.#keep(subject, record);
        } finally {
          flight?.release();
        }
      },
    };
  }

  #hit(subject: Subject, entry: CacheEntry): CacheDecision {
    this.#remember(subject);
    const { run: uid, results, artifacts } = entry;
    const what = Object.keys(entry.material.inputs).length > 0 ? 'code, params, inputs' : 'code, params';
    return {
      type: 'hit',
      outputs: { uid, results, artifacts },
      reason: `cached: same ${what}; from run ${uid}`,
    };
  }

  async #lookUp({ run, policy, material, key }: Subject): Promise<Lookup> {
    const entry = readEntry(entryFile(this.#directory, key), key);
    if (entry === 'damaged') return { missing: 'the cache entry is damaged' };
    if (entry === 'absent') return { missing: this.#explain(run.id, material) };
    const age = this.#clock.now() - entry.createdAt;
    if (policy.ttlMs !== undefined && age > policy.ttlMs)
      return { missing: `what is cached is older than ${renderDuration(policy.ttlMs)}` };
    for (const { key: name, digest } of entry.artifacts)
      if (!(await isKept(this.#options.store, digest)))
        return { missing: `the artifact "${name}" of run ${entry.run} is no longer in the store` };
    return { entry };
  }

  /** Why there is no entry: by what differs from the last time that the step ran or was cached. */
  #explain(step: string, material: CacheMaterial): string {
    const key = readText(this.#latest(step))?.trim();
    if (key === undefined) return 'nothing is cached for this step';
    const before = readEntry(entryFile(this.#directory, key), key);
    if (typeof before === 'string') return 'what was cached is gone';
    return explainDifference(before.material, material) ?? 'what was cached is gone';
  }

  #keep(subject: Subject, record: RunRecord): void {
    const { key, material } = subject;
    writeEntry(entryFile(this.#directory, key), createCacheEntry(key, material, record, this.#clock.now()));
    this.#remember(subject);
  }

  #remember({ run, key }: Subject): void {
    const file = this.#latest(run.id);
    if (readText(file)?.trim() !== key) writeFileAtomic(file, `${key}\n`);
  }

  #latest(step: string): string {
    const { store, pipeline } = this.#options;
    return latestFile(this.#directory, { project: store.project, pipeline, step });
  }
}

/** Whether the run read what its key says: a file may have changed between the two. */
function hasRead(record: RunRecord, { inputs }: CacheMaterial): boolean {
  return Object.entries(inputs).every(([name, digest]) => (record.inputs[name]?.digest ?? digest) === digest);
}
