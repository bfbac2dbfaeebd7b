import path from 'node:path';
import { packageRoot } from '../../core/package-root.ts';
import { serveKernel } from '../../notebooks/headless/kernel-host.ts';
import { enterRemoteContext } from './remote-context.ts';

/** What starts a kernel process: the command line itself, with a command that help does not show. */
export const kernelEntry = (): readonly string[] => [
  path.join(packageRoot(), 'dist', 'cli.mjs'),
  'notebook',
  'kernel',
];

/** Makes this process a kernel; it ends with the process that started it. */
export function serveNotebookKernel(): Promise<never> {
  serveKernel({ setUp: enterRemoteContext });
  return new Promise(() => undefined);
}
