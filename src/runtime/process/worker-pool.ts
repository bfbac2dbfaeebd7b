import type { AttemptOptions, AttemptReport, RunningAttempt } from '../attempt.ts';
import { type StopRequest, stopError } from '../stop-request.ts';
import { ChildAttempt } from './child-attempt.ts';
import { RunnerChild } from './runner-child.ts';

interface Waiting {
  readonly options: AttemptOptions;
  readonly start: (attempt: RunningAttempt) => void;
}

/**
 * Warm runner processes, started when first needed and reused for further runs, at most `size` at once; further runs wait in order.
 * A process that ends, is stopped or has something left over from a run is replaced.
 */
export class WorkerPool {
  readonly #size: number;
  readonly #idle: RunnerChild[] = [];
  readonly #busy: Map<RunnerChild, ChildAttempt> = new Map();
  readonly #waiting: Waiting[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  launch(options: AttemptOptions): RunningAttempt {
    if (this.#busy.size < this.#size) return this.#assign(options);
    return this.#enqueue(options);
  }

  /** Ends idle processes now and busy ones after stopping their runs; resolves when all are gone. */
  async close(request: StopRequest): Promise<void> {
    const busy = [...this.#busy.entries()];
    for (const [, attempt] of busy) attempt.stop(request);
    await Promise.all(busy.map(([, attempt]) => attempt.report));
    const idle = this.#idle.splice(0);
    for (const child of idle) {
      // whoever waits for their end must not be ended first by an empty event loop
      child.ref();
      child.disconnect();
    }
    await Promise.all(idle.map((child) => child.exited));
  }

  #assign(options: AttemptOptions): ChildAttempt {
    const child = this.#idle.pop() ?? this.#startChild(options);
    child.ref();
    const attempt = new ChildAttempt(child, options, { pooled: true });
    this.#busy.set(child, attempt);
    void attempt.reusable.then((reusable) => this.#release(child, reusable));
    return attempt;
  }

  #release(child: RunnerChild, reusable: boolean): void {
    this.#busy.delete(child);
    if (reusable) {
      child.onExit = () => this.#forget(child);
      child.onOutput = () => undefined;
      child.unref();
      this.#idle.push(child);
    }
    const next = this.#waiting.shift();
    if (next) next.start(this.#assign(next.options));
  }

  #forget(child: RunnerChild): void {
    const at = this.#idle.indexOf(child);
    if (at >= 0) this.#idle.splice(at, 1);
  }

  #startChild({ job }: AttemptOptions): RunnerChild {
    return new RunnerChild({ workingDirectory: job.workingDirectory, env: process.env });
  }

  #enqueue(options: AttemptOptions): RunningAttempt {
    let started: RunningAttempt | undefined;
    let finish: (report: AttemptReport) => void = () => undefined;
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const report = new Promise<AttemptReport>((resolve) => {
      finish = resolve;
    });
    const waiting: Waiting = {
      options,
      start(attempt) {
        started = attempt;
        begin();
        void attempt.report.then(finish);
      },
    };
    this.#waiting.push(waiting);
    return {
      report,
      started: begun,
      stop: (request) => {
        if (started) return started.stop(request);
        const at = this.#waiting.indexOf(waiting);
        if (at >= 0) this.#waiting.splice(at, 1);
        finish(neverStarted(options, request));
      },
    };
  }
}

function neverStarted({ job }: AttemptOptions, request: StopRequest): AttemptReport {
  const error = stopError(job, request);
  if (request.cause === 'timeout') return { state: 'error', error, written: false };
  return { state: 'aborted', error, reason: request.reason, written: false };
}
