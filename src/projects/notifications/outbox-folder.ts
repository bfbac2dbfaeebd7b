import path from 'node:path';
import { projectDirectory } from '../../tracking/store-layout.ts';

/** Where the notifications of a project lie that are to be sent. */
export const outboxFolder = (storeDirectory: string, project: string): string =>
  path.join(projectDirectory(storeDirectory, project), 'outbox');
