import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { buildScript } from '../runtime/build-script.ts';

/** A cutting link in a thread of its own: it serves also while this one waits for an answer without doing anything else. */
export interface LinkThread {
  readonly url: string;
  /** From now on connections are refused, or taken again; resolves once it is so. */
  refuse(on: boolean): Promise<void>;
  /** Resolves once so many connections have been refused from now on. */
  refused(times: number): Promise<void>;
}

const code = `
import { parentPort, workerData } from 'node:worker_threads';
import { startCuttingLink } from './test/support/cutting-link.ts';
const { host, target } = workerData;
const link = await startCuttingLink(host, new URL(target), () => parentPort.postMessage('refused'));
parentPort.on('message', (on) => {
  link.refuse(on);
  parentPort.postMessage('done');
});
parentPort.postMessage(link.port);
`;

/** Listens on this machine and leads to a server of it. Ends with `terminate` of the thread that it gives beside the link. */
export async function startLinkThread(
  target: string,
  host: string = '127.0.0.1',
): Promise<{ readonly link: LinkThread; close(): Promise<unknown> }> {
  const thread = new Worker(await buildScript(code), { workerData: { host, target } });
  const [port] = (await once(thread, 'message')) as [number];
  const heard = (word: string, times: number): Promise<void> =>
    new Promise((resolve) => {
      let left = times;
      const hear = (said: string): void => {
        if (said === word) left -= 1;
        if (left > 0) return;
        thread.off('message', hear);
        resolve();
      };
      thread.on('message', hear);
    });
  const link: LinkThread = {
    url: `http://${host}:${port}`,
    refuse(on) {
      const done = heard('done', 1);
      thread.postMessage(on);
      return done;
    },
    refused: (times) => heard('refused', times),
  };
  return { link, close: () => thread.terminate() };
}
