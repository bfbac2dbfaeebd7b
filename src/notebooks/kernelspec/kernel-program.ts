import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { missingPackage } from '../../core/errors.ts';
import { packageRoot } from '../../core/package-root.ts';
import type { Machine } from './machine.ts';

/** Kernels that Slipway registers: TypeScript and JavaScript by tslab, TypeScript by Deno. */
export type KernelKind = 'tslab' | 'jslab' | 'deno';

/** Where a kernel's program was found. */
export interface KernelProgram {
  /** Absolute path of the script (tslab) or the executable (Deno). */
  readonly file: string;
  /** As its package says; unknown for a Deno that is no npm package. */
  readonly version?: string;
}

/**
 * Finds what a kernel runs: in the project that `directory` lies in, beside Slipway, on the PATH, or installed globally by npm, in
 * this order.
 * @throws MISSING_PACKAGE with the command that installs it
 */
export function findKernelProgram(kind: KernelKind, directory: string, machine: Machine): KernelProgram {
  const found = kind === 'deno' ? findDeno(directory, machine) : findTslabScript(directory, machine);
  if (found) return found;
  const name = kind === 'deno' ? 'deno' : 'tslab';
  throw missingPackage(
    `"${name}", which the kernel runs, is neither installed in "${directory}" nor globally`,
    {
      hint:
        kind === 'deno'
          ? 'run `npm install --save-dev deno` in the project, or install Deno so that it is on the PATH'
          : 'run `npm install --save-dev tslab@1.0.22` in the project, or `npm install --global tslab@1.0.22`',
    },
  );
}

function findTslabScript(directory: string, machine: Machine): KernelProgram | undefined {
  for (const from of [
    directory,
    packageRoot(),
    ...commandFolders('tslab', machine),
    ...globalFolders(machine),
  ]) {
    const found = packageFrom(from, 'tslab');
    const file = found && path.join(found.directory, 'bin', 'tslab');
    if (file && existsSync(file)) return { file, version: found.version };
  }
  return undefined;
}

function findDeno(directory: string, machine: Machine): KernelProgram | undefined {
  const { platform, arch } = machine;
  const executable = platform === 'win32' ? 'deno.exe' : 'deno';
  const target = `@deno/${platform}-${arch}${platform === 'linux' ? '-glibc' : ''}`;
  for (const from of [directory, packageRoot(), ...globalFolders(machine)]) {
    // npm puts the platform's package beside "deno" or below it
    const beside = packageFrom(from, 'deno')?.directory ?? from;
    const found = packageFrom(beside, target) ?? packageFrom(from, target);
    const file = found && path.join(found.directory, executable);
    if (file && existsSync(file)) return { file, version: found.version };
  }
  const own = path.join(machine.home, '.deno', 'bin', executable);
  const file = onPath(executable, machine) ?? (existsSync(own) ? own : undefined);
  return file === undefined ? undefined : { file };
}

interface InstalledPackage {
  readonly directory: string;
  readonly version: string;
}

function packageFrom(from: string, name: string): InstalledPackage | undefined {
  const require = createRequire(path.join(from, 'kernel.js'));
  try {
    const manifest = require.resolve(`${name}/package.json`);
    return { directory: path.dirname(manifest), version: (require(manifest) as { version: string }).version };
  } catch {
    // not to be found from here; the caller looks elsewhere
    return undefined;
  }
}

/** Folder that a command on the PATH really lies in. */
function commandFolders(command: string, machine: Machine): readonly string[] {
  const file = onPath(machine.platform === 'win32' ? `${command}.cmd` : command, machine);
  return file === undefined ? [] : [path.dirname(realpathSync(file))];
}

/** First file of that name in the folders of PATH. */
export function onPath(executable: string, { env, platform }: Machine): string | undefined {
  const folders = (env.PATH ?? env.Path ?? '').split(platform === 'win32' ? ';' : ':');
  return folders
    .filter((folder) => path.isAbsolute(folder))
    .map((folder) => path.join(folder, executable))
    .find((file) => existsSync(file));
}

/** Where `npm install --global` puts packages: beside the Node that runs, or under its configured prefix. */
function globalFolders({ env, platform, execPath }: Machine): readonly string[] {
  const lib = platform === 'win32' ? '' : 'lib';
  const beside = platform === 'win32' ? path.dirname(execPath) : path.dirname(path.dirname(execPath));
  const prefixes = [
    env.npm_config_prefix ?? env.NPM_CONFIG_PREFIX,
    platform === 'win32' && env.APPDATA ? path.join(env.APPDATA, 'npm') : undefined,
    beside,
    platform === 'win32' ? undefined : '/usr/local',
  ];
  return prefixes.filter((prefix) => prefix !== undefined).map((prefix) => path.join(prefix, lib));
}
