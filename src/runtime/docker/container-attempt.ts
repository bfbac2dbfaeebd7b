import type Docker from 'dockerode';
import { errorRecord } from '../../core/error.ts';
import { currentProcess } from '../../tracking/process-identity.ts';
import { hasEnded } from '../../tracking/run.ts';
import type { AttemptOptions, AttemptReport, RunningAttempt } from '../attempt.ts';
import type { LogChunk } from '../runtime.ts';
import { defaultGraceMs, type StopRequest } from '../stop-request.ts';
import { attachContainer, type ContainerStreams } from './attach-container.ts';
import { classifyContainer } from './classify-container.ts';
import type { ContainerEnd, ContainerEvents } from './container-events.ts';
import { bundleInImage, type ContainerImage } from './container-image.ts';
import { type MemoryWatch, watchContainerMemory } from './container-memory.ts';
import { containerOwner } from './container-owner.ts';
import { createContainer } from './create-container.ts';
import type { DockerSession } from './docker-session.ts';
import { type Exchange, openExchange } from './exchange.ts';
import { explainRefusal, platformWrong, programMissing } from './explain-docker.ts';
import { planMounts } from './plan-mounts.ts';
import { removeContainer } from './remove-container.ts';
import { renderContainer } from './render-container.ts';

/** What the runner gets beyond its own grace before its container is killed: it writes the last word itself if it can. */
const extraGraceMs = 1000;
/** What a killed container gets to end before it is removed by force. */
const removeAfterMs = 5000;
const tailLength = 16_384;

/** An attempt in a container of its own, from its submitter's side. */
export class ContainerAttempt implements RunningAttempt {
  readonly report: Promise<AttemptReport>;
  readonly started: Promise<void>;
  readonly #session: DockerSession;
  readonly #image: ContainerImage;
  readonly #options: AttemptOptions;
  #container: Docker.Container | undefined;
  #streams: ContainerStreams | undefined;
  #memory: MemoryWatch | undefined;
  #stopped: StopRequest | undefined;
  #failure: unknown;
  #stderrTail = '';
  #timer: NodeJS.Timeout | undefined;
  #markStarted: () => void = () => undefined;

  constructor(session: DockerSession, image: ContainerImage, options: AttemptOptions) {
    this.#session = session;
    this.#image = image;
    this.#options = options;
    this.started = new Promise((resolve) => {
      this.#markStarted = resolve;
    });
    this.report = this.#run().finally(() => this.#markStarted());
  }

  stop(request: StopRequest): void {
    if (this.#stopped) return;
    this.#stopped = request;
    this.#streams?.send({ type: 'stop', request });
    const graceMs = this.#options.job.graceMs ?? defaultGraceMs;
    this.#timer = setTimeout(() => this.#kill(), graceMs + extraGraceMs);
  }

  async #run(): Promise<AttemptReport> {
    const { job, writer } = this.#options;
    // from here on the journal is the runner's
    writer?.close();
    let exchange: Exchange | undefined;
    try {
      exchange = openExchange(job);
      const events = await this.#session.events();
      const ended = await this.#start(events, exchange);
      return await this.#settle(ended, exchange);
    } catch (error) {
      return this.#couldNotStart(error);
    } finally {
      clearTimeout(this.#timer);
      this.#memory?.cancel();
      exchange?.remove();
    }
  }

  async #start(events: ContainerEvents, exchange: Exchange): Promise<ContainerEnd> {
    const { docker, id: session, user } = this.#session;
    const { job } = this.#options;
    const { hasRunner, bundle } = this.#image;
    const mounts = planMounts(job, { runner: hasRunner, bundle: this.#bundleIsInside(bundle) });
    const plan = { job, image: this.#image, mounts, user, submitter: currentProcess(), session };
    const container = await createContainer(docker, renderContainer(plan), job);
    this.#container = container;
    const ended = events.ended(container.id);
    this.#streams = await attachContainer(container, (stream, data) => this.#take(stream, data));
    if (this.#stopped) {
      // user code is not started; of a container that never was, the daemon tells no end
      await removeContainer(container);
      await events.look(container.id);
    } else {
      await container.start();
      this.#markStarted();
      await this.#greet(container, exchange);
    }
    return ended;
  }

  /** While the container's program loads, the daemon tells which process it is; then the job follows. */
  async #greet(container: Docker.Container, { reportFile, exitFile }: Exchange): Promise<void> {
    const { job, secrets, writer, created, environment } = this.#options;
    const pid = await container.inspect().then(
      ({ State: state }) => state.Pid || undefined,
      () => undefined,
    );
    if (pid !== undefined && job.resources.memory !== undefined) this.#memory = watchContainerMemory(pid);
    const owner = containerOwner(container.id, pid);
    const inside = this.#bundleIsInside(this.#image.bundle);
    this.#streams?.greet({ type: 'greeting', reportFile, exitFile, owner });
    this.#streams?.send({
      type: 'run',
      job: inside ? { ...job, bundleDirectory: bundleInImage } : job,
      secrets,
      environmentFollows: environment !== undefined,
      pooled: false,
      ...(writer ? {} : { created }),
    });
    void environment?.then((captured) =>
      this.#streams?.send({ type: 'environment', ...(captured ? { captured } : {}) }),
    );
    if (this.#stopped) this.#streams?.send({ type: 'stop', request: this.#stopped });
  }

  async #settle(end: ContainerEnd, exchange: Exchange): Promise<AttemptReport> {
    await this.#streams?.drained();
    const report = exchange.readReport()?.report ?? (await this.#writtenEnd());
    if (report) return report;
    const ownExit = exchange.readExitCode();
    if (ownExit === undefined && hasNoProgram(end)) return this.#couldNotStart(await this.#wrongImage());
    const peak = this.#memory?.peak;
    return classifyContainer(this.#options.job, {
      ...end,
      stderrTail: this.#stderrTail,
      ...(ownExit === undefined ? {} : { ownExit }),
      ...(peak === undefined ? {} : { peak }),
      ...(this.#stopped ? { stopped: this.#stopped } : {}),
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
    });
  }

  async #wrongImage(): Promise<Error> {
    const wrong = { job: this.#options.job, image: this.#image };
    const { Os: os, Arch: architecture } = await this.#session.docker.version();
    return `${os}/${architecture}` === this.#image.platform ? programMissing(wrong) : platformWrong(wrong);
  }

  /** A runner that was killed between its last word and its report has said how the run ended all the same. */
  async #writtenEnd(): Promise<AttemptReport | undefined> {
    const { store, job } = this.#options;
    const record = await store.getRun(job.uid).catch(() => undefined);
    if (!record || !hasEnded(record)) return undefined;
    if (record.attempt !== undefined && record.attempt !== job.attempt) return undefined;
    return { state: record.state === 'completed' ? 'completed' : 'error', written: true, record };
  }

  async #couldNotStart(error: unknown): Promise<AttemptReport> {
    // what failed first is what is told; a daemon that is gone removes nothing
    if (this.#container) await removeContainer(this.#container).catch(() => undefined);
    this.#streams?.close();
    const explained = explainRefusal(error, this.#options.job, this.#image);
    return { state: 'error', error: errorRecord(explained), written: false };
  }

  #bundleIsInside(bundle: string | undefined): boolean {
    const { digest } = this.#options.job.function;
    return bundle !== undefined && bundle === digest;
  }

  #take(stream: LogChunk['stream'], data: Buffer): void {
    if (stream === 'stderr')
      this.#stderrTail = (this.#stderrTail + data.toString('latin1')).slice(-tailLength);
    try {
      this.#options.output.write(stream, data);
    } catch (error) {
      // output that cannot be kept is a failure of the run, not of the process that follows it
      this.#failure ??= error;
      this.#kill();
    }
  }

  /** Ends the container by force; the daemon's word that it has ended is waited for in any case. */
  #kill(): void {
    const container = this.#container;
    if (!container) return;
    // it may just have ended; what does not end by this is removed
    container.kill({ signal: 'SIGKILL' }).catch(() => undefined);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#removeByForce(container), removeAfterMs);
  }

  async #removeByForce(container: Docker.Container): Promise<void> {
    // a daemon that does not answer is given up by whoever waits for its word
    await removeContainer(container).catch(() => undefined);
    const events = await this.#session.events().catch(() => undefined);
    await events?.look(container.id).catch(() => undefined);
  }
}

/** What the first process of a container says when it cannot execute the next: as a shell does. */
function hasNoProgram({ exitCode }: ContainerEnd): boolean {
  return exitCode === 126 || exitCode === 127;
}
