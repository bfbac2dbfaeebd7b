import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { stagingRoot } from '../../tracking/store-layout.ts';
import type { Job } from '../job.ts';
import type { FromRunner } from '../runner/messages.ts';

/** Files that the runner in a container leaves for its submitter, in a folder of the store that both see. */
export interface Exchange {
  readonly reportFile: string;
  readonly exitFile: string;
  /** The runner's report, if it came to write one. */
  readReport(): FromRunner | undefined;
  /** The code that user code ended the process with, if it did. */
  readExitCode(): number | undefined;
  remove(): void;
}

export function openExchange({ storeDirectory, uid, attempt }: Job): Exchange {
  const directory = path.join(stagingRoot(storeDirectory), `container-${uid}-${attempt}`);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const reportFile = path.join(directory, 'report.json');
  const exitFile = path.join(directory, 'exit');
  return {
    reportFile,
    exitFile,
    readReport() {
      const text = read(reportFile);
      return text === undefined ? undefined : (JSON.parse(text) as FromRunner);
    },
    readExitCode() {
      const text = read(exitFile);
      return text === undefined || text === '' ? undefined : Number(text);
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
