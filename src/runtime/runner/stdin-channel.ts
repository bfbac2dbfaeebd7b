import { renameSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { FromRunner, ToRunner } from './messages.ts';
import type { RunnerChannel } from './runner-channel.ts';

/** First line that a runner reads on its standard input: where it is, as its submitter sees it. */
export interface RunnerGreeting {
  readonly type: 'greeting';
  /** File that the report goes to: the way back, as the output is the user's. */
  readonly reportFile: string;
}

export interface StdinChannelOptions<Greeting extends RunnerGreeting> {
  readonly onGreeting: (greeting: Greeting) => void;
  /** What user code must find changed in a message that comes from another machine. */
  readonly translate: (message: ToRunner) => ToRunner;
}

/**
 * The channel of a runner that its submitter can only attach to, e.g. in a container: messages come as lines of JSON on standard
 * input, which ends when the submitter does; the report goes to a file. User code finds an empty standard input.
 */
export function createStdinChannel<Greeting extends RunnerGreeting>(
  options: StdinChannelOptions<Greeting>,
): RunnerChannel {
  const input = new Socket({ fd: 0, readable: true, writable: false });
  const empty = Readable.from([]);
  Object.defineProperty(process, 'stdin', { configurable: true, get: () => empty });
  let take: (message: ToRunner) => void = () => undefined;
  let open = true;
  let reportFile = '';
  readLines(input, (line) => {
    const message = JSON.parse(line) as ToRunner | Greeting;
    if (message.type === 'greeting') {
      reportFile = message.reportFile;
      options.onGreeting(message);
    } else take(options.translate(message));
  });
  return {
    get isOpen() {
      return open;
    },
    releases: false,
    onMessage(taken) {
      take = taken;
    },
    onClose(taken) {
      const close = (): void => {
        if (!open) return;
        open = false;
        taken();
      };
      input.once('end', close).once('close', close).once('error', close);
    },
    send(message: FromRunner, sent) {
      writeReport(reportFile, message);
      sent();
    },
    hold: (alive) => void input[alive ? 'ref' : 'unref'](),
  };
}

/** Whole or not at all: the submitter reads it when the runner has ended, however it did. */
function writeReport(file: string, message: FromRunner): void {
  writeFileSync(`${file}.tmp`, JSON.stringify(message), { mode: 0o600 });
  renameSync(`${file}.tmp`, file);
}

function readLines(input: Socket, onLine: (line: string) => void): void {
  let rest = '';
  input.setEncoding('utf8');
  input.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') onLine(line);
  });
}
