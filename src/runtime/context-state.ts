import type { Json } from '../core/json.ts';
import { pulse } from '../core/pulse.ts';
import type { Artifact } from '../data/artifact.ts';
import type { DataItem } from '../data/data-item.ts';
import type { EventBody } from '../tracking/journal-event.ts';
import type { ArtifactRecord } from '../tracking/run.ts';
import type { RunStore, RunWriter } from '../tracking/store.ts';
import { contextClosed } from './errors.ts';

/** Everything a context is built over. */
export interface ContextOptions {
  readonly store: RunStore;
  /** Journal of the run, secrets hidden on the way. */
  readonly writer: RunWriter;
  readonly name: string;
  readonly project: string;
  readonly iteration: number;
  readonly attempt: number;
  readonly params: Readonly<Record<string, Json>>;
  readonly inputs: Readonly<Record<string, DataItem>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Told when user code first asks for the signal: from then on it can stop by itself. */
  readonly onSignalUsed?: () => void;
  readonly random: () => number;
  /** Where the logger's lines go. */
  readonly writeLog: (line: string) => void;
  /** Told of every artifact once it is saved, before the call that saves it returns. */
  readonly onSaved?: (artifact: Artifact) => Promise<void>;
  /** Journals of trials opened by `child()` are made through this, so that they hide the secrets too. */
  readonly wrapWriter: (writer: RunWriter) => RunWriter;
}

/** What the parts of one context share: whether it is open, what is being saved, what has been logged. */
export class ContextState {
  readonly options: ContextOptions;
  readonly artifacts: Map<string, ArtifactRecord> = new Map();
  readonly labels: Record<string, string>;
  readonly #saving: Set<Promise<unknown>> = new Set();
  #closed = false;

  constructor(options: ContextOptions) {
    this.options = options;
    this.labels = { ...options.labels };
  }

  get uid(): string {
    return this.options.writer.uid;
  }

  /** Appends to the journal. Throws `CONTEXT_CLOSED` once the run has ended. */
  append(call: string, event: EventBody): void {
    this.checkOpen(call);
    this.options.writer.append(event);
    if (event.kind === 'artifact') this.artifacts.set(event.artifact.key, event.artifact);
    pulse();
  }

  checkOpen(call: string): void {
    if (!this.#closed) return;
    throw contextClosed(`${call} came after run "${this.options.name}" (${this.uid}) had ended`, {
      hint: 'await everything that logs before the handler returns',
    });
  }

  /** Makes the run wait for a save, whether the handler does or not. */
  track<Value>(saving: Promise<Value>): Promise<Value> {
    this.#saving.add(saving);
    const forget = (): void => {
      this.#saving.delete(saving);
    };
    saving.then(forget, forget);
    // what the caller gets is a promise of its own: a failure nobody awaits is an unhandled rejection of the run
    return saving.then((value) => value);
  }

  get isSaving(): boolean {
    return this.#saving.size > 0;
  }

  /** Resolves when no save is under way any more, failed ones included. */
  async settle(): Promise<void> {
    while (this.#saving.size > 0) await Promise.allSettled(this.#saving);
  }

  close(): void {
    this.#closed = true;
  }
}
