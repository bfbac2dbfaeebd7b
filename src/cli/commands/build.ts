import path from 'node:path';
import { writeFileAtomic } from '../../core/atomic-file.ts';
import { renderFunctionYaml } from '../../functions/function-yaml.ts';
import { renderPackageReport } from '../../functions/render-report.ts';
import { resolveFunction } from '../../projects/resolve-function.ts';
import { writeTypes } from '../../projects/write-types.ts';
import type { Execute } from '../command.ts';
import { present } from '../output/present.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway build <function> [--output function.yaml]`. */
export const build: Execute<'handler' | 'file' | 'format' | 'json'> = ({ args, options, session }) =>
  withWorkspace(session, async (workspace) => {
    const packaged = await resolveFunction(
      workspace,
      args[0] ?? '',
      options.handler ? { handler: options.handler } : {},
    );
    const file = options.file === undefined ? undefined : path.resolve(workspace.directory, options.file);
    if (file) writeFileAtomic(file, await renderFunctionYaml(packaged, { embed: true }));
    // what a build changes in a contract must be seen by the type checker of whoever calls the function by name
    if (workspace.project.spec.functions?.length) await writeTypes(workspace);
    const { spec, report, bundle } = packaged;
    const next = options.file
      ? `\n${options.file} written; slipway run ${options.file} runs it anywhere`
      : '';
    await present(
      session,
      { output: options.format, json: options.json },
      {
        data: () => ({
          name: spec.metadata.name,
          digest: spec.spec.digest,
          handlers: Object.keys(spec.spec.handlers),
          bundle: bundle.directory,
          report,
          ...(file ? { file } : {}),
        }),
        text: () => `${renderPackageReport(report).trimEnd()}${next}\n`,
        names: () => [spec.spec.digest],
      },
    );
    return undefined;
  });
