import type { FromRunner, ToRunner } from '../runner/messages.ts';
import type { RunnerChannel } from '../runner/runner-channel.ts';

/** The channel of a process that its submitter has forked: private to the two, both ways. */
export function createIpcChannel(): RunnerChannel {
  return {
    get isOpen() {
      return process.connected;
    },
    releases: true,
    onMessage: (take) => void process.on('message', (message: ToRunner) => take(message)),
    onClose: (take) => void process.on('disconnect', take),
    send: (message: FromRunner, sent) => void process.send?.(message, undefined, undefined, () => sent()),
    hold: (alive) => process.channel?.[alive ? 'ref' : 'unref'](),
  };
}
