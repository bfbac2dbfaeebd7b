import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ProcessIdentity } from '../../tracking/journal-event.ts';
import { assumeIdentity } from '../../tracking/process-identity.ts';
import type { ToRunner } from './messages.ts';
import { startRunner } from './runner-session.ts';
import { createStdinChannel, type RunnerGreeting } from './stdin-channel.ts';

/** What the runner of a container is told before its job. */
export interface ContainerGreeting extends RunnerGreeting {
  /** What the container is to those who look after the run from outside. */
  readonly owner: ProcessIdentity;
  /** File for the exit code, if user code ends the process: a signal leaves none. */
  readonly exitFile: string;
}

/** Folder of a container for secrets, in memory; a file each, named as the secret. */
export const secretsDirectory = '/run/secrets';

/** The first program of a container that executes one run: the job comes on standard input. */
export function startContainerRunner(): void {
  startRunner(
    createStdinChannel<ContainerGreeting>({
      onGreeting({ owner, exitFile }) {
        assumeIdentity(owner);
        process.once('exit', (code) => writeFileSync(exitFile, String(code)));
      },
      translate: (message) => inContainer(message),
    }),
  );
}

function inContainer(message: ToRunner): ToRunner {
  if (message.type === 'run') writeSecrets(message.secrets);
  if (message.type !== 'environment' || !message.captured) return message;
  const here = { node: process.version, platform: `${process.platform}-${process.arch}` };
  const { captured } = message;
  return { ...message, captured: { ...captured, environment: { ...captured.environment, ...here } } };
}

/** For programs that user code starts, and for libraries that read secrets from files. */
function writeSecrets(secrets: Readonly<Record<string, string>>): void {
  if (!existsSync(secretsDirectory)) return;
  for (const [name, value] of Object.entries(secrets))
    writeFileSync(path.join(secretsDirectory, name), value, { mode: 0o400 });
}
