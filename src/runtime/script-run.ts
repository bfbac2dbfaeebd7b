import type { ErrorRecord } from '../core/error.ts';
import type { Artifact } from '../data/artifact.ts';
import { userErrorRecord } from '../functions/user-error.ts';
import { openDisplay } from '../notebooks/display/port/open-display.ts';
import type { RunState } from '../tracking/run.ts';
import type { RunWriter } from '../tracking/store.ts';
import { captureOnce } from './capture-once.ts';
import { createContext, type OpenContext } from './create-context.ts';
import { runAborted, runExited } from './errors.ts';
import type { ScriptContext, ScriptStore } from './get-or-create-context.ts';
import { type Heartbeat, startHeartbeat } from './heartbeat.ts';
import { createRandom } from './random.ts';
import { recordEnvironment } from './record-environment.ts';
import { createRedactor } from './redactor.ts';

export interface ScriptRunOptions extends ScriptStore {
  readonly writer: RunWriter;
  readonly directory: string;
}

/** A run whose code is the process around it. */
export class ScriptRun {
  readonly context: ScriptContext;
  isOver = false;
  readonly #options: ScriptRunOptions;
  readonly #open: OpenContext;
  readonly #heartbeat: Heartbeat;
  readonly #stopping: AbortController = new AbortController();
  readonly #environment: Promise<void>;
  readonly #hooks: readonly (() => void)[];
  #failure: ErrorRecord | undefined;

  constructor(options: ScriptRunOptions) {
    const { writer, store, directory } = options;
    this.#options = options;
    writer.append({ kind: 'state', state: 'running' });
    this.#heartbeat = startHeartbeat((event) => void writer.append(event));
    this.#open = openContext(options, this.#stopping.signal);
    this.#environment = captureOnce(directory).then(async (captured) => {
      const { uid, project, name } = this.#open.context;
      if (this.isOver) return;
      const job = { uid, project, name };
      await recordEnvironment({ job, store, redactor: createRedactor(), captured }, writer);
    });
    // a script that is over sooner than git answers goes without
    this.#environment.catch(() => undefined);
    this.context = withEnds(this.#open, this);
    this.#hooks = [this.#hookIdle(), this.#hookExit(), this.#hookErrors(), ...this.#hookSignals()];
  }

  async complete(): Promise<void> {
    await this.#settle();
    this.#end('completed');
    await this.#options.settle?.();
  }

  async fail(error: unknown): Promise<void> {
    await this.#settle();
    this.#end('error', userErrorRecord(error));
    await this.#options.settle?.();
  }

  async #settle(): Promise<void> {
    await Promise.allSettled([this.#open.settle(), this.#environment]);
  }

  #end(state: RunState, error?: ErrorRecord, exitCode?: number): void {
    if (this.isOver) return;
    this.isOver = true;
    for (const undo of this.#hooks) undo();
    const { writer } = this.#options;
    this.#heartbeat.stop();
    this.#open.finish(state);
    this.#open.close();
    const code = exitCode === undefined ? {} : { exitCode };
    writer.append({ kind: 'state', state, ...(error ? { error } : {}), ...code });
    writer.close();
  }

  /** For a process that ends with it. */
  #endNow(state: RunState, error?: ErrorRecord, exitCode?: number): void {
    if (this.isOver) return;
    this.#end(state, error, exitCode);
    this.#options.sendNow?.(this.#options.writer.uid);
  }

  /** The script has nothing left to do: what is on its way gets there while the process can still wait. */
  #hookIdle(): () => void {
    const onIdle = (): void => void this.#options.settle?.();
    process.once('beforeExit', onIdle);
    return () => process.off('beforeExit', onIdle);
  }

  /** The process ends: with an exit code of 0 the script has done what it was to do. */
  #hookExit(): () => void {
    const { name } = this.#open.context;
    const onExit = (exitCode: number): void => {
      if (exitCode === 0 && !this.#failure) {
        this.#endNow('completed');
        return;
      }
      const hint = 'see what the script printed last';
      const error =
        this.#failure ?? runExited(`script "${name}" ended with exit code ${exitCode}`, { hint }).toJSON();
      this.#endNow('error', error, exitCode);
    };
    process.once('exit', onExit);
    return () => process.off('exit', onExit);
  }

  #hookErrors(): () => void {
    const onError = (error: unknown): void => {
      this.#failure ??= userErrorRecord(error);
    };
    process.on('uncaughtExceptionMonitor', onError);
    return () => process.off('uncaughtExceptionMonitor', onError);
  }

  /** Where nobody else listens (a kernel does), a signal ends the process as it would have, after the run's last word. */
  #hookSignals(): readonly (() => void)[] {
    return (['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      .filter((signal) => process.listenerCount(signal) === 0)
      .map((signal) => {
        const onSignal = (): void => {
          this.#stopping.abort(signal);
          const { name } = this.#open.context;
          this.#endNow('aborted', runAborted(`script "${name}" was aborted: it received ${signal}`).toJSON());
          process.kill(process.pid, signal);
        };
        process.once(signal, onSignal);
        return () => void process.off(signal, onSignal);
      });
  }
}

function openContext({ store, writer }: ScriptRunOptions, signal: AbortSignal): OpenContext {
  const { name, project, params, labels, seed, attempt = 1 } = writer.record();
  return createContext({
    store,
    writer,
    name,
    project,
    iteration: 0,
    attempt,
    params,
    inputs: {},
    labels,
    secrets: {},
    signal,
    random: createRandom(seed),
    writeLog: (line) => void process.stderr.write(line),
    wrapWriter: (own) => own,
    onSaved: showPlot,
  });
}

/** In a notebook a plot that is logged is shown, too: below the cell that logged it. */
async function showPlot(artifact: Artifact): Promise<void> {
  const display = artifact.record.kind === 'plot' ? openDisplay() : undefined;
  if (display === undefined) return;
  const { plotOutput } = await import('../notebooks/display/plot-output.ts');
  const output = await plotOutput(artifact.record, artifact);
  if (output !== undefined) display.show(output.bundle, output.metadata && { metadata: output.metadata });
}

function withEnds(open: OpenContext, run: ScriptRun): ScriptContext {
  const own: Pick<ScriptContext, 'complete' | 'fail'> = {
    complete: () => run.complete(),
    fail: (error) => run.fail(error),
  };
  const members = Object.getOwnPropertyDescriptors(open.context);
  return Object.defineProperties(
    {},
    { ...members, ...Object.getOwnPropertyDescriptors(own) },
  ) as ScriptContext;
}
