import type { OptionValues } from '../../core/option-table.ts';
import type { RunRecord } from '../../tracking/run.ts';
import { exitCodeOfRecord } from '../exit-code.ts';
import { isDocument, present } from '../output/present.ts';
import { renderErrorRecord } from '../output/render-error.ts';
import { renderRunResult } from '../output/render-run.ts';
import { runDocument } from '../output/run-document.ts';
import type { Session } from '../session.ts';

/** Prints a run that has ended, and its error where the output is for people; gives the exit code. */
export async function finishRun(
  record: RunRecord,
  options: Pick<OptionValues, 'output' | 'json'>,
  session: Session,
): Promise<number> {
  await present(session, options, {
    data: () => runDocument(record),
    text: () => renderRunResult(record, session.out.colors),
    names: () => [record.uid],
  });
  if (record.error && !isDocument(options))
    await session.err.write(renderErrorRecord(record.error, session.err.colors));
  return exitCodeOfRecord(record);
}
