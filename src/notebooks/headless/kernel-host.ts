import { Worker } from 'node:worker_threads';
import { errorRecord } from '../../core/error.ts';
import { CallChannel } from './call-channel.ts';
import type { CellError, FromKernel, ToKernel } from './kernel-messages.ts';
import type { MimeBundle } from './notebook-file.ts';
import { loadTslab, type TslabKernel } from './tslab-kernel.ts';

/** Descriptors that `openKernel` gives the process, besides the IPC channel. */
const channelDescriptor = 3;
const lifelineDescriptor = 4;

export interface KernelHostOptions {
  /** Called before the first cell with what the opener passed on, the line to it, and a signal that fires on stop. */
  readonly setUp?: (
    setup: unknown,
    call: (name: string, ...values: readonly unknown[]) => unknown,
    signal: AbortSignal,
  ) => Promise<void>;
}

/** Makes this process a kernel for the process that started it: executes one cell at a time, and ends with it. */
export function serveKernel({ setUp }: KernelHostOptions = {}): void {
  const channel = new CallChannel(channelDescriptor);
  const stopping = new AbortController();
  let kernel: TslabKernel | undefined;
  watchLifeline();
  const open = async (message: Extract<ToKernel, { type: 'open' }>): Promise<FromKernel> => {
    process.chdir(message.directory);
    await setUp?.(message.setup, channel.call, stopping.signal);
    kernel = loadTslab(message.tslab, { isJavaScript: false, output: outputTo(channel) });
    catchStray((error) => channel.send({ type: 'stray', error: (kernel as TslabKernel).describe(error) }));
    return { type: 'ready' };
  };
  process.on('message', (message: ToKernel) => {
    if (message.type === 'stop') stopping.abort(message.reason);
    else if (message.type === 'end') process.exit(message.exitCode);
    else if (message.type === 'open')
      void open(message)
        .catch((error: unknown): FromKernel => ({ type: 'refused', error: errorRecord(error) }))
        .then((answer) => channel.send(answer));
    else if (kernel) void execute(kernel, message, channel);
  });
  process.on('disconnect', () => process.exit(0));
}

async function execute(
  kernel: TslabKernel,
  { cell, code }: Extract<ToKernel, { type: 'execute' }>,
  channel: CallChannel,
): Promise<void> {
  const error = await kernel
    .execute(cell, code)
    .catch((thrown: unknown): CellError => kernel.describe(thrown));
  // a rejection that nobody handles is told after the current turn: it belongs to this cell
  await new Promise((resolve) => setImmediate(resolve));
  channel.send({ type: 'done', cell, ...(error ? { error } : {}) });
}

function outputTo(channel: CallChannel): Parameters<typeof loadTslab>[1]['output'] {
  return {
    stream: (name, text) => channel.send({ type: 'stream', name, text }),
    display: (data, id, update) =>
      channel.send({
        type: 'display',
        data: data as MimeBundle,
        update,
        ...(id === undefined ? {} : { id }),
      }),
  };
}

function catchStray(report: (error: unknown) => void): void {
  process.on('uncaughtException', report);
  process.on('unhandledRejection', report);
}

/** A cell that never yields would outlive the process that started it; a thread of its own notices. */
function watchLifeline(): void {
  const code = `
    const socket = new (require('node:net').Socket)({ fd: ${lifelineDescriptor} });
    const end = () => process.kill(-process.pid, 'SIGKILL');
    socket.on('close', end).on('error', end).resume();`;
  new Worker(code, { eval: true }).unref();
}
