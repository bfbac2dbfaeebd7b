import { errorRecord } from '../../core/error.ts';
import { userErrorRecord } from '../../functions/user-error.ts';
import type { ServerAddress } from '../../tracking/http/server-address.ts';
import { openLocalStore } from '../../tracking/local/local-store.ts';
import { assumeIdentity, currentProcess } from '../../tracking/process-identity.ts';
import type { RunStore } from '../../tracking/store.ts';
import type { AttemptReport } from '../attempt.ts';
import type { CapturedEnvironment } from '../capture-once.ts';
import { runStalled } from '../errors.ts';
import { Interruption } from '../interruption.ts';
import type { Job } from '../job.ts';
import { loadHandler } from '../load-handler.ts';
import { runJob } from '../run-job.ts';
import { setSingleRunScope } from '../run-scope.ts';
import { runVariables } from '../run-variables.ts';
import type { StopRequest } from '../stop-request.ts';
import type { FromRunner, ToRunner } from './messages.ts';
import type { RunnerChannel } from './runner-channel.ts';
import { captureProcessState, type ProcessState } from './runner-state.ts';

type RunMessage = Extract<ToRunner, { type: 'run' }>;

/** A signal of the submitter comes with a message that says why; one from elsewhere stands alone after this. */
const signalAloneMs = 100;

// user code may replace these
const { stdout, stderr } = process;
const exit = process.exit.bind(process);
const stores = new Map<string, RunStore>();

/** The process that executes runs: takes one at a time from its submitter's channel, and ends with it. */
export function startRunner(channel: RunnerChannel): void {
  blockWrites();
  let session: Session | undefined;
  let before: ProcessState | undefined;
  channel.onMessage((message) => {
    if (message.type === 'run') {
      if (message.pooled) before ??= captureProcessState();
      session = new Session(channel, message, before);
      void session.run();
    } else if (message.type === 'environment') session?.takeEnvironment(message.captured);
    else if (message.type === 'stop') session?.stop(message.request);
    else if (session?.isOver && !session.pooled) exit(0);
  });
  channel.onClose(() => {
    if (!session || session.isOver) return exit(0);
    return session.stop({ cause: 'abort', reason: 'the process that started the run has gone' });
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (!session || session.isOver) return exit(0);
      const { stop } = session;
      return void setTimeout(stop, signalAloneMs, { cause: 'abort', reason: `it received ${signal}` });
    });
  const stray = (error: unknown): void => {
    if (!session || session.isOver) exit(1);
    else session.interrupt(error);
  };
  process.on('unhandledRejection', stray);
  process.on('uncaughtException', stray);
  process.on('beforeExit', () => session?.stall());
}

/**
 * What is printed is with the submitter when the call returns: nothing piles up here when it is slow to read, and nothing is lost
 * when the process ends.
 */
function blockWrites(): void {
  for (const stream of [stdout, stderr] as { _handle?: { setBlocking?(on: boolean): number } }[])
    stream._handle?.setBlocking?.(true);
}

class Session {
  readonly pooled: boolean;
  isOver = false;
  readonly #channel: RunnerChannel;
  readonly #before: ProcessState | undefined;
  readonly #message: RunMessage;
  readonly #job: Job;
  readonly #stopping: AbortController = new AbortController();
  readonly #interruption: Interruption = new Interruption();
  #inUserCode = false;
  #signalUsed = false;
  #resolveEnvironment: (captured: CapturedEnvironment | undefined) => void = () => undefined;

  /** `before`: the process as it was before its first run, for one that others follow. */
  constructor(channel: RunnerChannel, message: RunMessage, before: ProcessState | undefined) {
    this.#channel = channel;
    this.#before = before;
    this.#message = message;
    this.#job = message.job;
    this.pooled = message.pooled;
  }

  async run(): Promise<void> {
    const environment = this.#message.environmentFollows
      ? new Promise<CapturedEnvironment | undefined>((resolve) => {
          this.#resolveEnvironment = resolve;
        })
      : undefined;
    const report = await this.#execute(environment).catch(
      (error: unknown): AttemptReport => ({ state: 'error', error: errorRecord(error), written: false }),
    );
    this.isOver = true;
    setSingleRunScope(undefined);
    this.#before?.restore();
    const dirty =
      this.#wasDisturbed() || (this.#before !== undefined && (await leavesSomething(this.#before)));
    await Promise.all([written(stdout), written(stderr)]);
    this.#send({ type: 'ended', report, dirty });
  }

  readonly stop = (request: StopRequest): void => this.#stopping.abort(request);

  interrupt(error: unknown): void {
    this.#interruption.raise({ error: userErrorRecord(error, this.#job.bundleDirectory) });
    this.#holdProcess();
  }

  takeEnvironment(captured: CapturedEnvironment | undefined): void {
    this.#resolveEnvironment(captured);
  }

  /** Nothing is left that could run, yet the handler has not returned. */
  stall(): void {
    if (this.isOver || !this.#inUserCode) return;
    const error = runStalled(
      `handler "${this.#job.handler.name}" waits for a promise that nothing can settle any more`,
      {
        hint: 'look for an await on a promise whose resolve is never called, or on a stream or socket that was closed',
      },
    );
    this.#interruption.raise({ error: error.toJSON() });
    this.#holdProcess();
  }

  async #execute(environment: Promise<CapturedEnvironment | undefined> | undefined): Promise<AttemptReport> {
    const job = this.#job;
    const { created, server, guard, heardThroughGuard } = this.#message;
    if (guard)
      assumeIdentity({ ...currentProcess(), guard, ...(heardThroughGuard ? { heardThroughGuard } : {}) });
    if (process.cwd() !== job.workingDirectory) process.chdir(job.workingDirectory);
    Object.assign(process.env, job.env, runVariables(job));
    const store = server ? await openServedStore(job, server) : storeOf(job);
    return runJob({
      job,
      store,
      writer: created ? store.createRun(created) : store.openRun(job.uid),
      secrets: this.#message.secrets,
      signal: this.#stopping.signal,
      interruption: this.#interruption,
      ...(environment ? { environment } : {}),
      loadHandler: () => loadHandler(job),
      writeLog: (line) => void process.stderr.write(line),
      enter(scope, call) {
        setSingleRunScope(scope);
        return call();
      },
      userCode: (running) => {
        this.#inUserCode = running;
        this.#holdProcess();
      },
      onSignalUsed: () => {
        this.#signalUsed = true;
        this.#holdProcess();
      },
    });
  }

  /**
   * While user code runs, only its own work may keep the process alive, so that waiting for nothing is noticed; unless it waits
   * for the signal, which comes through the channel.
   */
  #holdProcess(): void {
    const alone = this.#inUserCode && !this.#signalUsed && !this.#interruption.first;
    this.#channel.hold(!alone);
  }

  /** User code that was cut off may still be going on. */
  #wasDisturbed(): boolean {
    return this.#stopping.signal.aborted || this.#interruption.first !== undefined;
  }

  #send(message: FromRunner): void {
    if (!this.#channel.isOpen) exit(0);
    // an unwritten end is released by the submitter once it speaks for the run
    this.#channel.send(message, () => {
      if (!this.pooled && (message.report.written || !this.#channel.releases)) exit(0);
    });
  }
}

/** The runs of a pool mostly belong to one store: its ledger is opened once. */
function storeOf({ storeDirectory, project }: Job): RunStore {
  const key = `${storeDirectory}\n${project}`;
  const store = stores.get(key) ?? openLocalStore({ directory: storeDirectory, project });
  stores.set(key, store);
  return store;
}

/** What is not in the folder is read from the server that it is brought to. */
async function openServedStore({ storeDirectory, project }: Job, server: ServerAddress): Promise<RunStore> {
  const key = `${storeDirectory}\n${project}\n${server.url}`;
  const { openSpoolStore } = await import('../../tracking/open-spool-store.ts');
  const store = stores.get(key) ?? openSpoolStore({ server, project, directory: storeDirectory });
  stores.set(key, store);
  return store;
}

/** Blocking writes leave nothing behind; where they cannot be had, what is queued is waited for. */
function written(stream: NodeJS.WriteStream): Promise<void> | undefined {
  if (stream.writableLength === 0 || stream.destroyed) return undefined;
  return new Promise((resolve) => stream.write('', () => resolve()));
}

async function leavesSomething(before: ProcessState): Promise<boolean> {
  if (!before.hasLeftovers()) return false;
  // handles that were closed take a turn of the loop to go away
  await new Promise((resolve) => setImmediate(resolve));
  return before.hasLeftovers();
}
