import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { writeFileAtomic } from '../../core/atomic-file.ts';
import { invalidName } from '../../core/errors.ts';
import { kernelNameTaken } from '../errors.ts';
import { type KernelPlace, kernelsFolder } from './jupyter-folders.ts';
import { findKernelProgram, type KernelKind, type KernelProgram } from './kernel-program.ts';
import { createKernelSpec, type KernelSpec, renderKernelSpec } from './kernel-spec.ts';
import { readKernel } from './list-kernels.ts';
import type { Machine } from './machine.ts';

export interface InstallKernelOptions {
  readonly kernel: KernelKind;
  /** @default the kernel's own */
  readonly name?: string | undefined;
  readonly place: KernelPlace;
  /** Folder whose project is asked first for the kernel's program. */
  readonly directory: string;
  readonly machine: Machine;
}

export interface InstalledKernel {
  readonly name: string;
  readonly kernel: KernelKind;
  /** The file that Jupyter reads. */
  readonly file: string;
  readonly spec: KernelSpec;
  readonly program: KernelProgram;
  readonly state: 'written' | 'replaced' | 'unchanged';
}

/**
 * Registers a kernel with Jupyter; nothing else is written, and Python is not needed. A second time changes nothing.
 * @throws INVALID_NAME, MISSING_PACKAGE, KERNEL_PLACE_UNKNOWN, KERNEL_NAME_TAKEN when the name is another language's kernel
 */
export function installKernel(options: InstallKernelOptions): InstalledKernel {
  const { kernel, directory, machine } = options;
  const name = checkKernelName(options.name ?? kernel);
  const folder = path.join(kernelsFolder(options.place, machine), name);
  const file = path.join(folder, 'kernel.json');
  const program = findKernelProgram(kernel, directory, machine);
  const spec = createKernelSpec(kernel, program, machine.execPath);
  const text = renderKernelSpec(spec);
  const before = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  if (before !== undefined && !readKernel(folder))
    throw kernelNameTaken(`"${file}" belongs to another kernel`, {
      hint: `choose another name: --name ${name}-typescript`,
    });
  if (before !== text) {
    mkdirSync(folder, { recursive: true });
    writeFileAtomic(file, text);
  }
  const state = before === undefined ? 'written' : before === text ? 'unchanged' : 'replaced';
  return { name, kernel, file, spec, program, state };
}

/** Names of kernels are names of folders and parts of URLs. */
export function checkKernelName(name: string): string {
  if (/^[a-z0-9][a-z0-9._-]*$/i.test(name)) return name;
  throw invalidName(`a kernel cannot be named "${name}"`, {
    hint: 'use letters, digits, ".", "_" and "-", beginning with a letter or digit',
  });
}
