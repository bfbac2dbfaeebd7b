import { errorRecord } from '../../core/error.ts';
import type { AttemptOptions, AttemptReport, Launcher, RunningAttempt } from '../attempt.ts';
import { runtimeClosed } from '../errors.ts';
import { Interruption } from '../interruption.ts';
import { loadHandler } from '../load-handler.ts';
import { runJob } from '../run-job.ts';
import { useScopeStorage } from '../run-scope.ts';
import { runVariables } from '../run-variables.ts';
import type { Runtime } from '../runtime.ts';
import type { StopRequest } from '../stop-request.ts';
import { submitRun } from '../submit-run.ts';
import { type InlineScope, inlineStorage } from './inline-scope.ts';
import { enterHooks, leaveHooks } from './process-hooks.ts';

const abandonedHint =
  'the handler did not react to ctx.signal, so what it still does goes on in this process; a busy loop can only be stopped in another runtime: runtime "process"';

/**
 * Runs user code in this process: the default in notebooks, where the function is at hand. Output is captured for each run,
 * `process.exit` ends the run alone, and a run is stopped through `ctx.signal`; code that never looks at it cannot be ended here.
 */
export function createInlineRuntime(): Runtime {
  const launcher = createLauncher();
  let closed = false;
  return {
    name: launcher.name,
    capabilities: launcher.capabilities,
    async submit(job, options) {
      if (closed) throw runtimeClosed('the inline runtime is closed', { hint: 'open the workspace again' });
      return submitRun(launcher, job, options);
    },
    async close() {
      closed = true;
      await launcher.close();
    },
  };
}

function createLauncher(): Launcher {
  const running = new Set<RunningAttempt>();
  return {
    name: 'inline',
    capabilities: {
      isolated: false,
      canLimitMemory: false,
      canLimitCpus: false,
      needsImage: false,
      remote: false,
    },
    launch(options) {
      const attempt = launch(options);
      running.add(attempt);
      void attempt.report.then(() => running.delete(attempt));
      return attempt;
    },
    async close() {
      const reports = [...running].map((attempt) => {
        attempt.stop({ cause: 'abort', reason: 'its runtime was closed' });
        return attempt.report;
      });
      await Promise.all(reports);
    },
  };
}

function launch(options: AttemptOptions): RunningAttempt {
  const stopping = new AbortController();
  return {
    report: execute(options, stopping.signal),
    stop: (request: StopRequest) => stopping.abort(request),
  };
}

async function execute(options: AttemptOptions, signal: AbortSignal): Promise<AttemptReport> {
  const { job, store, created, secrets, output, live, environment } = options;
  const interruption = new Interruption();
  const extras = {
    output,
    env: { ...job.env, ...runVariables(job) },
    interruption,
    name: job.name,
    bundleDirectory: job.bundleDirectory,
    ended: false,
  };
  let scope: InlineScope | undefined;
  useScopeStorage(inlineStorage);
  try {
    return await runJob({
      job,
      store,
      writer: options.writer ?? store.createRun(created),
      secrets,
      signal,
      interruption,
      abandonedHint,
      ...(environment ? { environment } : {}),
      loadHandler: () => loadHandler(job, live),
      writeLog: (line) => output.write('stderr', line),
      enter(run, call) {
        if (!scope) {
          scope = Object.assign(run, extras);
          enterHooks(scope);
        }
        return inlineStorage.run(scope, call);
      },
    });
  } catch (error) {
    return { state: 'error', error: errorRecord(error), written: false };
  } finally {
    if (scope) leaveHooks(scope);
  }
}
