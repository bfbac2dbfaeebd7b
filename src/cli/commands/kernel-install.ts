import path from 'node:path';
import { type InstalledKernel, installKernel } from '../../notebooks/kernelspec/install-kernel.ts';
import { listKernels } from '../../notebooks/kernelspec/list-kernels.ts';
import type { Machine } from '../../notebooks/kernelspec/machine.ts';
import type { Execute } from '../command.ts';
import { kernelPlace } from '../kernel/kernel-place.ts';
import { thisMachine } from '../kernel/this-machine.ts';
import { present } from '../output/present.ts';

/** `slipway kernel install`. */
export const kernelInstall: Execute<
  'kernel' | 'name' | 'user' | 'prefix' | 'sysPrefix' | 'output' | 'json'
> = async ({ options, session }) => {
  const machine = thisMachine(session);
  const installed = installKernel({
    kernel: options.kernel,
    name: options.name,
    place: kernelPlace(options, session.directory),
    directory: session.directory,
    machine,
  });
  const { name, kernel, file, spec, program, state } = installed;
  await present(session, options, {
    data: () => ({ name, kernel, displayName: spec.display_name, file, argv: spec.argv, program, state }),
    text: () => `${renderInstalled(installed)}${renderShadow(installed, machine)}`,
    names: () => [name],
  });
  return undefined;
};

function renderInstalled({ name, file, spec, program, state }: InstalledKernel): string {
  const version = program.version === undefined ? '' : ` ${program.version}`;
  return `kernel "${name}" (${spec.display_name}) ${state}: ${file}\n  runs ${program.file}${version}\n`;
}

/** A file in a place that Jupyter does not search, or that another one hides, is a surprise later. */
function renderShadow({ name, file }: InstalledKernel, machine: Machine): string {
  const found = listKernels(machine).find((kernel) => kernel.name === name);
  if (found && path.resolve(found.folder) === path.dirname(path.resolve(file))) return '';
  return found
    ? `  Jupyter takes the one in ${found.folder} first\n`
    : '  Jupyter finds it when it is started from that environment, or with JUPYTER_PATH\n';
}
