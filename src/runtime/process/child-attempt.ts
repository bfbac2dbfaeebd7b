import { serverOf } from '../../tracking/http/served-store.ts';
import type { AttemptOptions, AttemptReport, RunningAttempt } from '../attempt.ts';
import { classifyExit } from '../exit-class.ts';
import type { FromRunner } from '../runner/messages.ts';
import type { LogChunk } from '../runtime.ts';
import { defaultGraceMs, type StopRequest } from '../stop-request.ts';
import { takeJournal } from '../take-journal.ts';
import { watchMemory } from './memory-watch.ts';
import type { ChildExit, RunnerChild } from './runner-child.ts';

/** What the runner gets beyond its own grace before its group is killed: it writes the last word itself if it can. */
const extraGraceMs = 1000;
const tailLength = 16_384;

/** An attempt on a runner process, from its submitter's side. */
export class ChildAttempt implements RunningAttempt {
  readonly report: Promise<AttemptReport>;
  /** Whether the process may take another run. Resolves with the report. */
  readonly reusable: Promise<boolean>;
  readonly #child: RunnerChild;
  readonly #options: AttemptOptions;
  #stderrTail = '';
  #ended: FromRunner | undefined;
  #stopped: StopRequest | undefined;
  #exceededMemory: number | undefined;
  #failure: unknown;
  #killTimer: NodeJS.Timeout | undefined;

  /** `pooled`: the process goes on with other runs after this one. */
  constructor(child: RunnerChild, options: AttemptOptions, { pooled }: { pooled: boolean }) {
    this.#child = child;
    this.#options = options;
    const ended = this.#follow(pooled);
    this.report = ended.then(({ report }) => report);
    this.reusable = ended.then(({ reusable }) => reusable);
    this.#start(pooled);
  }

  stop(request: StopRequest): void {
    if (this.#stopped || this.#ended) return;
    this.#stopped = request;
    this.#child.terminate({ type: 'stop', request });
    const graceMs = this.#options.job.graceMs ?? defaultGraceMs;
    this.#killTimer = setTimeout(() => this.#child.kill(), graceMs + extraGraceMs);
  }

  #start(pooled: boolean): void {
    const { job, store, secrets, writer, created, environment, guard, heardThroughGuard } = this.#options;
    const server = serverOf(store);
    if (job.graceMs !== undefined || pooled) this.#child.guard(job.graceMs);
    // from here on the journal is the runner's
    writer?.close();
    const environmentFollows = environment !== undefined;
    this.#child.send({
      type: 'run',
      job,
      secrets,
      environmentFollows,
      pooled,
      ...(server ? { server } : {}),
      ...(guard ? { guard } : {}),
      ...(heardThroughGuard ? { heardThroughGuard } : {}),
      ...(writer ? {} : { created }),
    });
    void environment?.then((captured) =>
      this.#child.send({ type: 'environment', ...(captured ? { captured } : {}) }),
    );
  }

  async #follow(pooled: boolean): Promise<{ report: AttemptReport; reusable: boolean }> {
    const { job } = this.#options;
    this.#child.onOutput = (stream, data) => this.#take(stream, data);
    this.#child.onExit = () => {
      if (!this.#ended) this.#claim();
    };
    const ended = new Promise<undefined>((resolve) => {
      this.#child.onMessage = (message) => {
        this.#ended = message;
        if (!message.report.written) this.#claim();
        if (!pooled) this.#child.send({ type: 'release' });
        resolve(undefined);
      };
    });
    const memory = this.#watchMemory();
    const exit = await (pooled ? Promise.race([this.#child.exited, ended]) : this.#child.exited);
    memory?.cancel();
    if (exit === undefined) await outputRead();
    clearTimeout(this.#killTimer);
    const report = this.#ended?.report ?? classifyExit(job, this.#processEnd(exit));
    const reusable = exit === undefined && this.#ended?.dirty === false && !this.#stopped;
    if (exit === undefined && !reusable) await this.#retire();
    return { report: exit?.survivors ? withSurvivors(report) : report, reusable };
  }

  /** The process that has ended, or is about to, no longer speaks for the run: readers must not take the run for lost. */
  #claim(): void {
    try {
      takeJournal(this.#options.store, this.#options.created).close();
    } catch (error) {
      this.#failure ??= error;
    }
  }

  /** Ends a process that something of the run is left in. */
  async #retire(): Promise<void> {
    this.#child.kill();
    await this.#child.exited;
  }

  #take(stream: LogChunk['stream'], data: Buffer): void {
    if (stream === 'stderr')
      this.#stderrTail = (this.#stderrTail + data.toString('latin1')).slice(-tailLength);
    try {
      this.#options.output.write(stream, data);
    } catch (error) {
      // output that cannot be kept is a failure of the run, not of the process that follows it
      this.#failure ??= error;
      this.#child.kill();
    }
  }

  #watchMemory(): { cancel(): void } | undefined {
    const limit = this.#options.job.resources.memory;
    if (limit === undefined || this.#child.pid === undefined) return undefined;
    return watchMemory(this.#child.pid, limit, (rss) => {
      this.#exceededMemory = rss;
      this.#child.kill();
    });
  }

  #processEnd(exit: ChildExit | undefined): Parameters<typeof classifyExit>[1] {
    const { exitCode = null, signal = null, spawnError } = exit ?? {};
    return {
      exitCode,
      signal,
      stderrTail: this.#stderrTail,
      ...(spawnError ? { spawnError } : {}),
      ...(this.#exceededMemory === undefined ? {} : { exceededMemory: this.#exceededMemory }),
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
      ...(this.#stopped ? { stopped: this.#stopped } : {}),
    };
  }
}

/**
 * Resolves when what a runner printed before its last message has been read: it writes blocking, so all of that lay in the streams'
 * buffers when the message came, and the next turn of the event loop takes everything that lies there.
 */
async function outputRead(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

function withSurvivors(report: AttemptReport): AttemptReport {
  if (!report.error) return report;
  const hint = 'some process that the run started could not be killed; see `ps` for processes in state D';
  return { ...report, error: { ...report.error, hint } };
}
