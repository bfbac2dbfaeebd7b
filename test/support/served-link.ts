import { onTestFinished } from 'vitest';
import { type LinkThread, startLinkThread } from './link-thread.ts';
import { startTrackingServer } from './start-tracking-server.ts';

/** A tracking server and a link to it that can be cut, both until the test is over. */
export async function serveOverLink(
  directory: string,
): Promise<{ readonly url: string; readonly token: string; readonly link: LinkThread }> {
  const server = await startTrackingServer(directory);
  onTestFinished(() => server.stop());
  const { url, token = '' } = server.address;
  const { link, close } = await startLinkThread(url);
  onTestFinished(async () => void (await close()));
  return { url, token, link };
}
