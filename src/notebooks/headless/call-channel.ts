import { readSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { deserialize, serialize } from 'node:v8';
import { type ErrorRecord, reviveError } from '../../core/error.ts';
import type { FromKernel } from './kernel-messages.ts';

/** Answer to a call: the value, or the error that it ended with. */
export type CallAnswer = { readonly value: unknown } | { readonly error: ErrorRecord };

/** Values of calls cross the process boundary as structured clones. */
export const encodeCall = (value: unknown): string => serialize(value).toString('base64');
export const decodeCall = (text: string): unknown => deserialize(Buffer.from(text, 'base64')) as unknown;

/**
 * The kernel's own line to the process that started it. Sending blocks until the text is handed over, so nothing piles up and
 * nothing is lost when the process ends; a call blocks until it is answered, so what it did is done when it returns.
 */
export class CallChannel {
  readonly #descriptor: number;
  #received: Buffer = Buffer.alloc(0);

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
    // the pipe starts out non-blocking, and only its handle can change that
    const socket = new Socket({ fd: descriptor, readable: false, writable: true });
    const { _handle } = socket as unknown as { _handle?: { setBlocking?(on: boolean): number } };
    _handle?.setBlocking?.(true);
    socket.unref();
  }

  send(message: FromKernel): void {
    const bytes = Buffer.from(`${JSON.stringify(message)}\n`);
    for (let sent = 0; sent < bytes.length; )
      sent += retry(() => writeSync(this.#descriptor, bytes, sent)) ?? 0;
  }

  /** Throws the error that the other side answered with. */
  readonly call = (name: string, ...values: readonly unknown[]): unknown => {
    this.send({ type: 'call', name, payload: encodeCall(values) });
    const answer = decodeCall(this.#readLine()) as CallAnswer;
    if ('error' in answer) throw reviveError(answer.error);
    return answer.value;
  };

  #readLine(): string {
    const chunk = Buffer.alloc(65_536);
    for (;;) {
      const end = this.#received.indexOf(10);
      if (end >= 0) {
        const line = this.#received.toString('utf8', 0, end);
        this.#received = this.#received.subarray(end + 1);
        return line;
      }
      const read = retry(() => readSync(this.#descriptor, chunk, 0, chunk.length, null));
      // whoever should answer is gone, and so is the reason to go on
      if (read === 0) process.exit(1);
      if (read !== undefined) this.#received = Buffer.concat([this.#received, chunk.subarray(0, read)]);
    }
  }
}

const waiting = new Int32Array(new SharedArrayBuffer(4));

/** Where the descriptor does not block after all, waiting is up to us. */
function retry(attempt: () => number): number | undefined {
  try {
    return attempt();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    Atomics.wait(waiting, 0, 0, 0.2);
    return undefined;
  }
}
