import { explainDiskError } from '../../core/atomic-file.ts';
import { dataAccessDenied, dataNotFound, dataUnreadable } from '../errors.ts';

/** What an error of the file system means for data; `name` is the path or URL as the user knows it. */
export function explainFileError(error: unknown, name: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return dataNotFound(`"${name}" does not exist`, {
        hint: 'check the path; a relative one starts from the folder the command is run in',
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return dataAccessDenied(`"${name}" may not be read or written by this user`, {
        hint: 'check the permissions of the file and its folder',
        cause: error,
      });
    case 'EISDIR':
      return dataUnreadable(`"${name}" is a folder`, {
        hint: 'name a file in it; ls() lists them',
        cause: error,
      });
    case 'ELOOP':
      return dataUnreadable(`"${name}" leads back to itself by a symbolic link`, {
        hint: 'remove the link that leads back',
        cause: error,
      });
    default:
      return explainDiskError(error, name);
  }
}
