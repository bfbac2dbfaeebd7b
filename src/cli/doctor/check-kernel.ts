import { findKernelProgram } from '../../notebooks/kernelspec/kernel-program.ts';
import { listKernels } from '../../notebooks/kernelspec/list-kernels.ts';
import { thisMachine } from '../kernel/this-machine.ts';
import type { Session } from '../session.ts';

/** Which TypeScript kernels Jupyter can start; throws when there is none, or one whose program is gone. */
export function checkKernel(session: Session): string {
  const machine = thisMachine(session);
  const kernels = listKernels(machine);
  const broken = kernels.find((kernel) => kernel.missing !== undefined);
  if (broken)
    throw new Error(
      `kernel "${broken.name}" in "${broken.folder}" runs "${broken.missing}", which does not exist`,
    );
  if (kernels.length > 0) return kernels.map(({ name, folder }) => `${name} (${folder})`).join(', ');
  const { file, version } = findKernelProgram('tslab', session.directory, machine);
  throw new Error(`tslab ${version ?? ''} is installed (${file}), but not registered with Jupyter`);
}
