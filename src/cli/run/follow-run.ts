import type { StartedRun } from '../../projects/workspace.ts';
import type { JournalEvent } from '../../tracking/journal-event.ts';
import type { Session } from '../session.ts';

/** Shows a run on stderr while it goes: its output as it comes (a sweep's tells of its trials), retries as they happen. */
export async function followRun(started: StartedRun, session: Session): Promise<void> {
  await Promise.all([copyOutput(started, session), showProgress(started, session)]);
}

async function copyOutput(started: StartedRun, session: Session): Promise<void> {
  for await (const chunk of started.logs()) await session.err.write(chunk.text);
}

async function showProgress(started: StartedRun, session: Session): Promise<void> {
  const { colors } = session.err;
  for await (const event of started.events()) {
    const line = renderProgress(event);
    if (line) await session.err.write(`${colors.dim(line)}\n`);
  }
}

/** The line that an event is worth while a run goes; most are worth none. */
export function renderProgress(event: JournalEvent): string | undefined {
  switch (event.kind) {
    case 'created':
      return `run ${event.name} ${event.uid}`;
    case 'attempt':
      return `attempt ${event.attempt} in ${Math.ceil(event.delayMs / 1000)} s: ${event.error.message}`;
    default:
      return undefined;
  }
}
