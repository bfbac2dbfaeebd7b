import type { Component } from '../../setup/components.ts';
import type { Case } from '../cases.ts';
import type { EventLog } from '../event-log.ts';

/** Something that runs plans: an engine, with steps in one of the runtimes. */
export interface ConformanceEngine {
  readonly name: string;
  /** What it needs beside Node. */
  readonly needs: readonly Component[];
  /** Which cases it runs; the others cost more time than they tell. */
  readonly runs: (one: Case) => boolean;
  /** Shapes of which it runs nothing, and why: the docs say so. */
  readonly leavesOut?: Readonly<Record<string, string>>;
  /** Cases at once. */
  readonly parallelism: number;
  open(): Promise<OpenEngine>;
}

export interface OpenEngine {
  /** Does what the case says, cancelling and resuming included, and tells what happened. Ends early when the signal fires. */
  run(one: Case, signal: AbortSignal): Promise<{ readonly expected: EventLog; readonly log: EventLog }>;
  close(): Promise<void>;
}
