import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import type { ContainerGreeting } from '../runner/container-runner.ts';
import type { ToRunner } from '../runner/messages.ts';
import type { LogChunk } from '../runtime.ts';
import { createOutputReader } from './container-output.ts';

/** How long the output of a container that has ended may still come. */
const drainMs = 2000;

/** A container's standard streams, as its submitter holds them. */
export interface ContainerStreams {
  greet(greeting: ContainerGreeting): void;
  /** A message to a container that is about to end is lost: its end tells. */
  send(message: ToRunner): void;
  /** Resolves when all output has come, or once it takes too long after the end. */
  drained(): Promise<void>;
  close(): void;
}

/** Attaches to a container that has not been started: nothing of its output is missed. */
export async function attachContainer(
  container: Docker.Container,
  take: (stream: LogChunk['stream'], data: Buffer) => void,
): Promise<ContainerStreams> {
  const connection = (await container.attach({
    stream: true,
    stdin: true,
    stdout: true,
    stderr: true,
    hijack: true,
  })) as Duplex;
  connection.on('data', createOutputReader(take));
  const closed = new Promise<void>((resolve) => {
    connection.once('end', resolve).once('close', resolve);
    // a connection that breaks closes as well
    connection.on('error', () => resolve());
  });
  const write = (message: unknown): void => {
    if (connection.writable) connection.write(`${JSON.stringify(message)}\n`);
  };
  return {
    greet: write,
    send: write,
    close: () => void connection.destroy(),
    async drained() {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, drainMs);
      });
      await Promise.race([closed, late]);
      clearTimeout(timer);
      connection.destroy();
    },
  };
}
