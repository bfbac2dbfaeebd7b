import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { programs } from '../../../cluster/layout.ts';
import { freePort } from '../../../support/free-port.ts';

/** A port of this machine that leads to a Service in a cluster. */
export interface PortForward {
  readonly url: string;
  close(): Promise<void>;
}

/** Forwards a port for as long as it is wanted: kubectl ends when the pod behind it does, and is then started again. */
export async function forwardPort(
  kubeconfig: string,
  namespace: string,
  { target, port }: { readonly target: string; readonly port: number },
): Promise<PortForward> {
  const local = await freePort();
  const program = existsSync(programs.kubectl) ? programs.kubectl : 'kubectl';
  const words = ['--kubeconfig', kubeconfig, '--namespace', namespace, 'port-forward', target];
  let child: ChildProcess | undefined;
  let closed = false;
  const forward = async (): Promise<void> => {
    while (!closed) {
      child = spawn(program, [...words, `${local}:${port}`], { stdio: 'ignore' });
      await once(child, 'exit');
      if (!closed) await delay(100);
    }
  };
  const ended = forward();
  return {
    url: `http://127.0.0.1:${local}`,
    async close() {
      closed = true;
      child?.kill();
      await ended;
    },
  };
}
