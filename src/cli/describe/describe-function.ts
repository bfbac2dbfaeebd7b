import { renderDoc } from '../../functions/render-doc.ts';
import { resolveFunction } from '../../projects/resolve-function.ts';
import { present } from '../output/present.ts';
import { renderBlock } from '../output/render-run.ts';
import type { DescribeRequest } from './describe-request.ts';

/** `slipway describe function <reference>`: contract, bundle, packages. */
export async function describeFunction({
  workspace,
  session,
  options,
  name,
}: DescribeRequest): Promise<void> {
  const { spec, report, bundle } = await resolveFunction(workspace, name);
  const { files: _, ...rest } = spec.spec;
  await present(session, options, {
    data: () => ({ ...spec, spec: rest, report }),
    text: () => {
      const about = {
        source: spec.spec.source ?? report.source,
        digest: spec.spec.digest,
        bundle: bundle.directory,
        size: `${report.size} bytes`,
        handlers: Object.keys(spec.spec.handlers).join(', '),
      };
      const lines = [
        ...renderBlock('about', about, session.out.colors),
        ...renderBlock('packages', { ...report.packages, ...report.externals }, session.out.colors),
      ];
      return `${renderDoc(spec).trimEnd()}\n\n${lines.join('\n')}\n`;
    },
    names: () => [spec.spec.digest],
  });
}
