import { writeFileSync } from 'node:fs';
import type { AttemptReport } from '../attempt.ts';
import type { LogChunk } from '../runtime.ts';
import { type AgentEnd, thrownEnd } from './agent-end.ts';
import { agentExit, agentExitCode } from './agent-exit.ts';
import { findAgentPlace } from './agent-place.ts';
import { readDelivery } from './delivery.ts';
import { podTerminated } from './errors.ts';
import { findGroup } from './find-group.ts';
import { renderLastWord } from './last-word.ts';
import { PodAgent } from './pod-agent.ts';
import type { ReadStop } from './sweep-rules.ts';

export interface StartAgentOptions {
  readonly readStop: ReadStop;
  /** @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** The program of a pod: runs what was delivered, leaves the last word, and exits with what became of it. */
export async function startAgent({ readStop, env = process.env }: StartAgentOptions): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const { report, shipped, isPartLost = false } = await runAgent(env, readStop);
  const file = env.SLIPWAY_TERMINATION_FILE;
  if (file) writeFileSync(file, renderLastWord(report, { shipped: !isPartLost }));
  process.exit(shipped ? agentExitCode(report) : unshippedExitCode(report));
}

async function runAgent(
  env: Readonly<Record<string, string | undefined>>,
  readStop: ReadStop,
): Promise<AgentEnd> {
  try {
    const place = findAgentPlace(env);
    const index = env.JOB_COMPLETION_INDEX ?? '';
    const delivery = readDelivery(place.deliveryFolder);
    const group = await findGroup(delivery, index, place);
    const agent = new PodAgent({
      place,
      delivery,
      readStop,
      env,
      onOutput: print,
      log,
      ...(group ? { group } : {}),
    });
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => agent.terminate());
    return await agent.run();
  } catch (error) {
    return thrownEnd(error, log);
  }
}

function unshippedExitCode({ error }: AttemptReport): number {
  return error?.code === podTerminated.code ? agentExit.stopped : agentExit.unreported;
}

function print(stream: LogChunk['stream'], bytes: Uint8Array): void {
  process[stream].write(bytes);
}

function log(line: string): void {
  process.stderr.write(`slipway: ${line}\n`);
}
