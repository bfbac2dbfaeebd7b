import path from 'node:path';
import { writeFileAtomic } from '../../core/atomic-file.ts';
import { renderReportPage } from '../../pipelines/report/render-report-page.ts';
import { readReportData } from '../../projects/read-report-data.ts';
import type { Execute } from '../command.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway pipeline report [run]`: writes the page and says where. */
export const pipelineReport: Execute<'page'> = ({ args, options, session }) =>
  withWorkspace(session, async (workspace) => {
    const data = await readReportData(workspace, args[0] ?? '@last');
    const file = options.page ?? `${data.record.name}-${data.record.uid}.html`;
    writeFileAtomic(path.resolve(workspace.directory, file), renderReportPage(data));
    await session.out.write(`${file}\n`);
    return undefined;
  });
