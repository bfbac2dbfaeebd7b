import path from 'node:path';

/** A folder or file of this machine that a container sees under the same path. */
export interface Mount {
  readonly path: string;
  readonly readOnly: boolean;
}

/**
 * The mounts that are needed to see all of these as they ask, outer ones first: what lies in a folder that is mounted alike is there
 * already. Of two for one path the writable one counts.
 */
export function reduceMounts(wanted: readonly Mount[]): readonly Mount[] {
  const byPath = new Map<string, Mount>();
  for (const mount of wanted) {
    const known = byPath.get(mount.path);
    if (!known || known.readOnly) byPath.set(mount.path, mount);
  }
  const kept: Mount[] = [];
  for (const mount of [...byPath.values()].sort((a, b) => depth(a.path) - depth(b.path)))
    if (enclosing(kept, mount.path)?.readOnly !== mount.readOnly) kept.push(mount);
  return kept;
}

/** Whether a path is seen through one of the mounts. */
export function isMounted(mounts: readonly Mount[], file: string): boolean {
  return enclosing(mounts, file) !== undefined;
}

/** The innermost mount that a path lies in. */
function enclosing(mounts: readonly Mount[], file: string): Mount | undefined {
  return mounts
    .filter((mount) => contains(mount.path, file))
    .reduce<Mount | undefined>(
      (best, mount) => (best && depth(best.path) > depth(mount.path) ? best : mount),
      undefined,
    );
}

function contains(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative === '' || !(relative === '..' || relative.startsWith(`..${path.sep}`));
}

const depth = (file: string): number => file.split(path.sep).filter(Boolean).length;
