import path from 'node:path';
import type { OptionValues } from '../../core/option-table.ts';
import type { KernelPlace } from '../../notebooks/kernelspec/jupyter-folders.ts';
import { usageError } from '../errors.ts';

/** The place that the options name; only one may. Throws CLI_USAGE. */
export function kernelPlace(
  { user, prefix, sysPrefix }: Pick<OptionValues, 'user' | 'prefix' | 'sysPrefix'>,
  directory: string,
): KernelPlace {
  if ([user, prefix !== undefined, sysPrefix].filter(Boolean).length > 1)
    throw usageError('a kernel is registered in one place', {
      hint: 'give --user, --prefix or --sys-prefix',
    });
  if (prefix !== undefined) return { type: 'prefix', prefix: path.resolve(directory, prefix) };
  return { type: sysPrefix ? 'sys-prefix' : 'user' };
}
