import type { AttemptOptions } from '../attempt.ts';
import { ChildAttempt } from '../process/child-attempt.ts';
import { RunnerChild } from '../process/runner-child.ts';
import { dieFirst } from './die-first.ts';

export interface RunnerSeatOptions {
  readonly workingDirectory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The process of a run takes the next one as well, unless something of the run is left in it. */
  readonly isShared: boolean;
}

/** The process that a pod's runs are in, one at a time. */
export class RunnerSeat {
  readonly #options: RunnerSeatOptions;
  #waiting: RunnerChild | undefined;

  constructor(options: RunnerSeatOptions) {
    this.#options = options;
  }

  /** Starts the process of the next attempt, unless it is there: it loads while the attempt is prepared. */
  warm(): void {
    this.#waiting ??= this.#start();
  }

  launch(options: AttemptOptions): ChildAttempt {
    const child = this.#waiting ?? this.#start();
    this.#waiting = undefined;
    const { isShared } = this.#options;
    const attempt = new ChildAttempt(child, options, { pooled: isShared });
    if (isShared)
      void attempt.reusable.then((isReusable) => {
        if (isReusable) this.#keep(child);
      });
    return attempt;
  }

  /** Ends the process that waits for an attempt, if one does. */
  async close(): Promise<void> {
    const child = this.#waiting;
    this.#waiting = undefined;
    child?.kill();
    await child?.exited;
  }

  #keep(child: RunnerChild): void {
    child.onOutput = () => undefined;
    this.#waiting = child;
    this.#forgetAtExit(child);
  }

  #forgetAtExit(child: RunnerChild): void {
    child.onExit = () => {
      if (this.#waiting === child) this.#waiting = undefined;
    };
  }

  #start(): RunnerChild {
    const { workingDirectory, env } = this.#options;
    const child = new RunnerChild({ workingDirectory, env });
    dieFirst(child.pid);
    this.#forgetAtExit(child);
    return child;
  }
}
