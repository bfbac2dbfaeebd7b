import { accessDenied } from './errors.ts';

const refusals: readonly (string | undefined)[] = ['EACCES', 'EPERM', 'EROFS'];

/** Gives a refusal of the file system its name and a hint; anything else comes back as it is. */
export function explainAccessError(error: unknown): unknown {
  const {
    code,
    path: from,
    dest,
    syscall,
  } = (error ?? {}) as NodeJS.ErrnoException & { readonly dest?: string };
  const path = syscall === 'chdir' ? dest : from;
  // without a path it is no file that was refused, e.g. a signal to another user's process
  if (path === undefined || !refusals.includes(code)) return error;
  return accessDenied(`"${path}" may not be read or written by this user`, {
    hint: 'check the permissions of the file and its folder; SLIPWAY_HOME puts the store into another folder',
    cause: error,
  });
}
