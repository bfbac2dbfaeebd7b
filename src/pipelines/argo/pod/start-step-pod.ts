import { writeFileSync } from 'node:fs';
import { longestTimerMs } from '../../../core/clock.ts';
import { errorRecord } from '../../../core/error.ts';
import { agentExit, agentExitCode } from '../../../runtime/agent/agent-exit.ts';
import { renderLastWord } from '../../../runtime/agent/last-word.ts';
import { serverUnreachable } from '../../../tracking/errors.ts';
import { openHttpStore } from '../../../tracking/open-http-store.ts';
import { decisionsFolder } from '../decisions-folder.ts';
import { readPodPlace, userEnvironment } from './read-pod-place.ts';
import { type PodEnd, runStepPod } from './step-pod.ts';

/** Milliseconds without an answer of the tracking server after which a pod gives up what it has not brought there. */
const awayMs = 600_000;

/** The program of a workflow's pods: does its task, brings what it logged to the tracking server, and exits with what became of it. */
export async function startStepPod(
  args: readonly string[] = process.argv.slice(2),
  env: Readonly<Record<string, string | undefined>> = { ...process.env },
): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const { exitCode, error } = await run(args, env);
  const file = env.SLIPWAY_TERMINATION_FILE;
  if (file !== undefined && error !== undefined)
    writeFileSync(file, renderLastWord({ state: 'error', error, written: true }));
  process.exit(exitCode);
}

async function run(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<PodEnd> {
  const terminated = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => terminated.abort('its pod was told to end'));
  try {
    const place = readPodPlace(args, env);
    // user code inherits this process's environment
    for (const name of Object.keys(process.env))
      if (!Object.hasOwn(userEnvironment(env), name)) delete process.env[name];
    const store = openHttpStore({
      server: place.agent.server,
      project: place.plan.metadata.project,
      spoolDirectory: place.agent.spoolDirectory,
      onUnreachable: (error) => log(error.message),
    });
    const print = (text: string): void => void process.stdout.write(text);
    const end = await runStepPod({ place, store, signal: terminated.signal, log, print, decisionsFolder });
    await store.flush({ withinMs: longestTimerMs, awayMs });
    return end;
  } catch (error) {
    const record = errorRecord(error);
    log(record.message);
    if (record.code === 'INTERNAL') log((error as Error).stack ?? '');
    const isAway = serverUnreachable.is(error) || record.code === 'NOT_SHIPPED';
    return {
      exitCode: isAway ? agentExit.unreported : agentExitCode({ state: 'error', error: record }),
      error: record,
    };
  }
}

function log(line: string): void {
  process.stderr.write(`slipway: ${line}\n`);
}
