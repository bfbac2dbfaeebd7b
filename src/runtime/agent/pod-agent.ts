import { longestTimerMs } from '../../core/clock.ts';
import { errorRecord } from '../../core/error.ts';
import type { HttpStore } from '../../tracking/http/http-store.ts';
import { openHttpStore } from '../../tracking/open-http-store.ts';
import { openSpoolStore } from '../../tracking/open-spool-store.ts';
import { assumeIdentity, currentProcess } from '../../tracking/process-identity.ts';
import type { RunStore } from '../../tracking/store.ts';
import type { AttemptReport } from '../attempt.ts';
import { trialJob } from '../batch.ts';
import type { Job } from '../job.ts';
import { createRedactor, type Redactor } from '../redactor.ts';
import { runVariables } from '../run-variables.ts';
import type { LogChunk } from '../runtime.ts';
import { type AgentEnd, thrownEnd } from './agent-end.ts';
import { type AgentPlace, agentVariables } from './agent-place.ts';
import { AgentRun, type AgentRunEnd } from './agent-run.ts';
import { checkBundle } from './check-bundle.ts';
import { connectRun } from './connect-run.ts';
import type { Delivery } from './delivery.ts';
import type { TrialGroup } from './find-group.ts';
import { guardOf } from './guard-of.ts';
import { RunnerSeat } from './runner-seat.ts';
import type { ReadStop } from './sweep-rules.ts';
import { SweepWatch } from './sweep-watch.ts';
import { terminated, terminatedReport } from './terminated.ts';
import { renderMark } from './trial-mark.ts';

export interface PodAgentOptions {
  readonly place: AgentPlace;
  readonly delivery: Delivery;
  /** The trials that are this pod's, where it is one of a sweep's. */
  readonly group?: TrialGroup;
  readonly readStop: ReadStop;
  /** What user code finds in its environment, apart from the agent's own variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Takes the runs' output, secrets hidden. */
  readonly onOutput: (stream: LogChunk['stream'], bytes: Uint8Array) => void;
  /** What the agent itself has to say, a line at a time. */
  readonly log: (line: string) => void;
  /** Milliseconds that the tracking server may take to answer at the beginning. @default what the submission says */
  readonly connectMs?: number;
  /** Milliseconds without an answer after which it is given up once it has answered before. @default what the submission says */
  readonly awayMs?: number;
}

const defaultConnectSeconds = 60;
const defaultAwayMs = 600_000;
/** Of the grace, what is kept for the last word. */
const lastWordMs = 500;

/**
 * Executes a job, or the trials of a group one after another, in a child process and brings what it writes to the tracking server:
 * whatever user code does to its own process (a busy loop, a crash, all of its memory), the journals arrive, stop requests are heard,
 * and the ends are told.
 */
export class PodAgent {
  readonly #options: PodAgentOptions;
  /** With the places of this pod. */
  readonly #job: Job;
  readonly #store: HttpStore;
  readonly #spool: RunStore;
  readonly #redactor: Redactor;
  readonly #seat: RunnerSeat;
  readonly #terminating: AbortController = new AbortController();
  #terminatedAt: number | undefined;
  #running: AgentRun | undefined;
  #isAway = false;
  #isConnected = false;

  constructor(options: PodAgentOptions) {
    const { place, delivery } = options;
    const { server, spoolDirectory } = place;
    const { project } = delivery.job;
    this.#options = options;
    this.#job = { ...delivery.job, storeDirectory: spoolDirectory };
    this.#redactor = createRedactor(delivery.secrets);
    this.#seat = this.#openSeat();
    this.#spool = openSpoolStore({ server, project, directory: spoolDirectory });
    this.#store = openHttpStore({
      server,
      project,
      spoolDirectory,
      adopts: 'all',
      onUnreachable: (error) => this.#sayAway(error.message),
      onRefused: (uid, error) => {
        const refused = { cause: 'abort', reason: errorRecord(error).message } as const;
        if (uid === this.#running?.uid) this.#running.stop(refused);
      },
    });
  }

  /** The pod is to end: user code is told, and what it has logged is brought to the server within the grace. */
  terminate(): void {
    this.#terminatedAt ??= performance.now();
    this.#running?.stop(terminated);
    this.#terminating.abort();
  }

  async run(): Promise<AgentEnd> {
    checkBundle(this.#job);
    assumeIdentity({ ...currentProcess(), ...guardOf(this.#options.delivery) });
    // it loads while the journal is fetched
    this.#seat.warm();
    const { group } = this.#options;
    const { report, shipped = true } = await this.#execute(group).finally(() => this.#seat.close());
    // what has ended before goes to the server however the pod ends
    const isShipped = await this.#ship();
    await this.#spool.close();
    return {
      report: { ...report, written: report.written && isShipped },
      shipped: shipped && isShipped,
      isPartLost: !isShipped,
    };
  }

  async #execute(
    group: TrialGroup | undefined,
  ): Promise<Pick<AgentEnd, 'report'> & { readonly shipped?: boolean }> {
    try {
      return group ? { report: await this.#runGroup(group) } : await this.#runJob(this.#job);
    } catch (error) {
      // it waited for a server that it has known, and another pod goes on with what it was to do
      const isTaken = this.#isConnected && this.#terminating.signal.aborted;
      return isTaken ? { report: terminatedReport(this.#job) } : thrownEnd(error, this.#options.log);
    }
  }

  async #runGroup({ rules, trials }: TrialGroup): Promise<AttemptReport> {
    const { readStop } = this.#options;
    const watch = new SweepWatch({ uid: this.#job.uid, rules, readStop });
    await this.#connect(() => watch.catchUp(this.#store));
    this.#isConnected = true;
    watch.follow(this.#store);
    try {
      return await this.#runTrials(trials, watch);
    } finally {
      watch.close();
    }
  }

  async #runTrials(trials: TrialGroup['trials'], watch: SweepWatch): Promise<AttemptReport> {
    const { log } = this.#options;
    let failure: AttemptReport | undefined;
    for (const trial of trials) {
      if (this.#terminating.signal.aborted) return terminatedReport(this.#job);
      if (watch.isOver) break;
      if (trials.length > 1) log(renderMark(trial.uid, trial.iteration));
      const { report, record } = await this.#runJob(trialJob(this.#job, trial));
      // what ends a run without its last word ends the pod: another one goes on
      if (!record) return report;
      watch.take(record);
      if (record.state !== 'completed') failure ??= { ...report, state: 'error' };
    }
    return failure ?? { state: 'completed', written: true };
  }

  #runJob(job: Job): Promise<AgentRunEnd> {
    const { delivery, onOutput, log } = this.#options;
    this.#running = new AgentRun(job, {
      delivery,
      store: this.#store,
      spool: this.#spool,
      redactor: this.#redactor,
      seat: this.#seat,
      terminating: this.#terminating.signal,
      connectMs: this.#connectMs,
      onOutput,
      log,
    });
    return this.#running.run();
  }

  /** A server that has answered before is away, and is waited for as at the end; one that never has may not be there at all. */
  get #connectMs(): number {
    const { connectMs, delivery } = this.#options;
    if (this.#isConnected) return this.#awayMs;
    return connectMs ?? (delivery.submission.connectSeconds ?? defaultConnectSeconds) * 1000;
  }

  get #awayMs(): number {
    const { holdSeconds } = this.#options.delivery.submission;
    return this.#options.awayMs ?? (holdSeconds === undefined ? defaultAwayMs : holdSeconds * 1000);
  }

  #connect(connect: Parameters<typeof connectRun>[0]['connect']): Promise<unknown> {
    return connectRun({
      store: this.#store,
      connect,
      withinMs: this.#connectMs,
      signal: this.#terminating.signal,
      onFailure: (error) => this.#options.log(`${error.message}; trying again`),
    });
  }

  /** Trials that share a pod share a process. */
  #openSeat(): RunnerSeat {
    const { env, group } = this.#options;
    const isShared = group !== undefined && group.rules.groups.size > 1;
    const visible = Object.entries(env).filter(
      ([name]) => !(agentVariables as readonly string[]).includes(name),
    );
    const [only] = group?.trials ?? [];
    const job = only ? trialJob(this.#job, only) : this.#job;
    return new RunnerSeat({
      workingDirectory: job.workingDirectory,
      env: { ...Object.fromEntries(visible), ...(isShared ? {} : runVariables(job)) },
      isShared,
    });
  }

  /** Brings everything to the server: for as long as it takes, unless the pod is to end. */
  async #ship(): Promise<boolean> {
    const shipped = this.#store.flush({ withinMs: longestTimerMs, awayMs: this.#awayMs }).then(
      () => true,
      (error: unknown) => this.#sayLost(errorRecord(error).message),
    );
    const done = await Promise.race([shipped, this.#graceOver()]);
    return done ?? this.#sayLost('the pod is to end now');
  }

  /** Resolves when the pod is about to be killed. */
  async #graceOver(): Promise<undefined> {
    if (!this.#terminating.signal.aborted)
      await new Promise((resolve) => this.#terminating.signal.addEventListener('abort', resolve));
    const { graceSeconds } = this.#options.delivery.submission;
    const passed = performance.now() - (this.#terminatedAt ?? performance.now());
    await new Promise((resolve) => setTimeout(resolve, graceSeconds * 1000 - passed - lastWordMs));
    return undefined;
  }

  #sayLost(why: string): false {
    const { name, storeDirectory } = this.#job;
    const uid = this.#running?.uid ?? this.#job.uid;
    this.#options.log(
      `run "${name}" (${uid}) has ended, but not all of it has come to the tracking server at "${this.#store.server.url}": ${why}. ` +
        `What is missing there lies in "${storeDirectory}" of this pod and goes with it; the output is in this log`,
    );
    return false;
  }

  #sayAway(message: string): void {
    if (!this.#isAway) this.#options.log(`${message}; the run goes on, and what it logs is kept until then`);
    this.#isAway = true;
  }
}
