import { existsSync } from 'node:fs';
import path from 'node:path';
import { kernelPlaceUnknown } from '../errors.ts';
import { onPath } from './kernel-program.ts';
import type { Machine } from './machine.ts';

/** Where a kernel is to be registered. */
export type KernelPlace =
  | { readonly type: 'user' }
  /** The Python environment that is active. */
  | { readonly type: 'sys-prefix' }
  | { readonly type: 'prefix'; readonly prefix: string };

/** Jupyter's folder of this user's data: JUPYTER_DATA_DIR, else what Jupyter takes on this platform. */
export function userDataFolder({ platform, env, home }: Machine): string {
  if (env.JUPYTER_DATA_DIR) return env.JUPYTER_DATA_DIR;
  if (platform === 'darwin') return path.join(home, 'Library', 'Jupyter');
  if (platform === 'win32') return path.join(env.APPDATA ?? path.join(home, 'AppData', 'Roaming'), 'jupyter');
  return path.join(env.XDG_DATA_HOME ?? path.join(home, '.local', 'share'), 'jupyter');
}

/** Jupyter's folder of servers and kernels that run: JUPYTER_RUNTIME_DIR, else below the user's data. */
export function runtimeFolder(machine: Machine): string {
  return machine.env.JUPYTER_RUNTIME_DIR ?? path.join(userDataFolder(machine), 'runtime');
}

/** Every folder that Jupyter looks for kernels below, those that win first. */
export function dataFolders(machine: Machine): readonly string[] {
  const { platform, env } = machine;
  const separator = platform === 'win32' ? ';' : ':';
  const named = (env.JUPYTER_PATH ?? '').split(separator).filter((folder) => folder !== '');
  const prefix = environmentPrefix(machine);
  const system =
    platform === 'win32'
      ? [path.join(env.PROGRAMDATA ?? 'C:\\ProgramData', 'jupyter')]
      : ['/usr/local/share/jupyter', '/usr/share/jupyter'];
  const environment = prefix === undefined ? [] : [shared(prefix)];
  return [...new Set([...named, userDataFolder(machine), ...environment, ...system])];
}

/**
 * Folder below which the kernels of a place lie.
 * @throws KERNEL_PLACE_UNKNOWN when no Python environment is active for `sys-prefix`
 */
export function kernelsFolder(place: KernelPlace, machine: Machine): string {
  if (place.type === 'user') return path.join(userDataFolder(machine), 'kernels');
  if (place.type === 'prefix') return path.join(shared(place.prefix), 'kernels');
  const prefix = environmentPrefix(machine);
  if (prefix !== undefined) return path.join(shared(prefix), 'kernels');
  throw kernelPlaceUnknown('there is no Python environment to register the kernel in', {
    hint: 'activate it first (VIRTUAL_ENV or CONDA_PREFIX is then set), or name it: --prefix DIR',
  });
}

const shared = (prefix: string): string => path.join(prefix, 'share', 'jupyter');

/** The active environment, else the one that the `jupyter` on the PATH belongs to. */
function environmentPrefix(machine: Machine): string | undefined {
  const { env, platform } = machine;
  const active = env.VIRTUAL_ENV ?? env.CONDA_PREFIX;
  if (active) return active;
  const command = onPath(platform === 'win32' ? 'jupyter.exe' : 'jupyter', machine);
  const prefix = command === undefined ? undefined : path.dirname(path.dirname(command));
  return prefix !== undefined && existsSync(shared(prefix)) ? prefix : undefined;
}
