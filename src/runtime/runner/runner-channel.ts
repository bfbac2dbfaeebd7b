import type { FromRunner, ToRunner } from './messages.ts';

/** How a runner process and its submitter talk, whatever carries it. */
export interface RunnerChannel {
  /** Whether the submitter is still at the other end. */
  readonly isOpen: boolean;
  /** Whether a submitter answers a report with `release`; where none does, the runner ends once it has reported. */
  readonly releases: boolean;
  onMessage(take: (message: ToRunner) => void): void;
  /** Called when the submitter has gone. */
  onClose(take: () => void): void;
  /** `sent` is called when the message is where it cannot be lost any more. */
  send(message: FromRunner, sent: () => void): void;
  /** Whether waiting for messages keeps the process alive. */
  hold(alive: boolean): void;
}
