import { availableParallelism } from 'node:os';
import path from 'node:path';
import { checkTarget, writeFileAtomic } from '../../core/atomic-file.ts';
import { renderDuration } from '../../core/duration.ts';
import { renderJunit } from '../../projects/notebook-run/render-junit.ts';
import { type NotebookTest, testNotebooks } from '../../projects/notebook-run/test-notebooks.ts';
import type { Execute } from '../command.ts';
import { usageError } from '../errors.ts';
import { readNotebook } from '../notebook/read-notebook.ts';
import { isDocument, present } from '../output/present.ts';
import { renderErrorRecord } from '../output/render-error.ts';
import type { Session } from '../session.ts';

/** `slipway notebook test <notebooks…>`. */
export const notebookTest: Execute<'parallel' | 'junit' | 'timeout' | 'quiet' | 'output' | 'json'> = async ({
  args,
  options,
  session,
}) => {
  const notebooks = args.map((name) => ({ name, ...readNotebook(name, session.directory) }));
  const report = options.junit === undefined ? undefined : path.resolve(session.directory, options.junit);
  if (report !== undefined) checkTarget(report);
  if (options.parallel !== undefined && options.parallel < 1)
    throw usageError(`--parallel is ${options.parallel}`, { hint: 'give a whole number from 1' });
  const tests = await testNotebooks(notebooks, {
    parallel: options.parallel ?? Math.max(1, Math.floor(availableParallelism() / 2)),
    env: session.env,
    signal: session.signal,
    ...(options.timeout === undefined ? {} : { timeoutMs: options.timeout }),
    onResult: (test) => {
      if (!options.quiet) void session.err.write(renderProgress(test, session));
    },
  });
  if (report !== undefined) writeFileAtomic(report, renderJunit(tests));
  const failed = tests.filter((test) => test.state !== 'passed');
  await present(session, options, {
    data: () => ({
      state: failed.length === 0 ? 'passed' : 'failed',
      notebooks: tests.map(({ milliseconds, ...test }) => ({
        ...test,
        milliseconds: Math.round(milliseconds),
      })),
    }),
    text: () => `${tests.length - failed.length} of ${tests.length} notebooks passed\n`,
    names: () => failed.map((test) => test.name),
  });
  if (!isDocument(options))
    for (const { error } of failed)
      if (error) await session.err.write(renderErrorRecord(error, session.err.colors));
  return exitCode(tests);
};

function renderProgress({ name, state, milliseconds }: NotebookTest, { err }: Session): string {
  const mark = state === 'passed' ? err.colors.green(state) : err.colors.red(state);
  return `${mark} ${name} ${err.colors.dim(renderDuration(milliseconds))}\n`;
}

function exitCode(tests: readonly NotebookTest[]): number {
  if (tests.some((test) => test.state === 'stopped')) return 130;
  return tests.some((test) => test.state === 'failed') ? 1 : 0;
}
