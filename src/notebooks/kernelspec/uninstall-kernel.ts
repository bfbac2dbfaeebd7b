import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { kernelNameTaken, kernelNotFound } from '../errors.ts';
import { checkKernelName } from './install-kernel.ts';
import { type KernelPlace, kernelsFolder } from './jupyter-folders.ts';
import { listKernels, readKernel } from './list-kernels.ts';
import type { Machine } from './machine.ts';

/**
 * Takes a kernel of tslab or Deno out of Jupyter; the programs themselves stay. Gives the folder that was removed.
 * @throws KERNEL_NOT_FOUND, KERNEL_NAME_TAKEN for the kernel of another language
 */
export function uninstallKernel(name: string, place: KernelPlace, machine: Machine): string {
  const folder = path.join(kernelsFolder(place, machine), checkKernelName(name));
  if (!existsSync(path.join(folder, 'kernel.json'))) throw notFound(name, folder, machine);
  if (!readKernel(folder))
    throw kernelNameTaken(`"${folder}" belongs to another kernel, which Slipway does not remove`, {
      hint: `jupyter kernelspec uninstall ${name} does`,
    });
  rmSync(folder, { recursive: true });
  return folder;
}

function notFound(name: string, folder: string, machine: Machine): Error {
  const elsewhere = listKernels(machine).find((kernel) => kernel.name === name);
  return kernelNotFound(`no kernel "${name}" is registered in "${path.dirname(folder)}"`, {
    hint: elsewhere
      ? `one is in "${elsewhere.folder}": add --prefix or --sys-prefix for its place`
      : 'slipway kernel list shows those that are',
  });
}
