import path from 'node:path';
import { listKernels, type RegisteredKernel } from '../../notebooks/kernelspec/list-kernels.ts';
import type { Execute } from '../command.ts';
import { thisMachine } from '../kernel/this-machine.ts';
import { present } from '../output/present.ts';
import { renderTable } from '../output/render-table.ts';

/** `slipway kernel list`. */
export const kernelList: Execute<'prefix' | 'output' | 'json'> = async ({ options, session }) => {
  const { prefix } = options;
  const more = prefix === undefined ? [] : [path.resolve(session.directory, prefix, 'share/jupyter/kernels')];
  const kernels = listKernels(thisMachine(session), more);
  const { colors, width } = session.out;
  await present(session, options, {
    data: () => kernels,
    text: (wide) =>
      kernels.length === 0
        ? 'no TypeScript kernel is registered with Jupyter: slipway kernel install\n'
        : renderTable(
            kernels,
            [
              { title: 'NAME', cell: (kernel) => kernel.name, style: colors.bold },
              { title: 'RUNS', cell: (kernel) => kernel.kernel },
              { title: 'STATE', cell: renderState },
              { title: 'FOLDER', cell: (kernel) => kernel.folder, shrinks: true },
            ],
            { width: wide ? undefined : width, heading: colors.dim },
          ),
    names: () => kernels.map((kernel) => kernel.name),
  });
  return undefined;
};

const renderState = ({ missing }: RegisteredKernel): string =>
  missing === undefined ? 'ok' : `broken: "${missing}" does not exist`;
