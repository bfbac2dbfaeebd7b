import { closeSync, openSync, readSync } from 'node:fs';
import type { InstalledPackage, PackageManifest } from '../../installed-package.ts';
import type { Platform } from '../oci/descriptor.ts';
import { hostPlatform, platformMatches } from '../oci/platform.ts';

/** What packages are chosen for, in npm's words. */
export interface PackageTarget {
  readonly platform: Platform;
  /** `linux` */
  readonly os: string;
  /** `x64`, `arm64` … */
  readonly cpu: string;
  readonly libc: 'glibc' | 'musl';
  /** Whether the packages installed here are for it. */
  readonly isHost: boolean;
}

const cpus: Readonly<Record<string, string>> = { amd64: 'x64', '386': 'ia32' };

export function packageTarget(platform: Platform): PackageTarget {
  const isHost = process.platform === 'linux' && platformMatches(platform, hostPlatform());
  return {
    platform,
    os: platform.os,
    cpu: cpus[platform.architecture] ?? platform.architecture,
    libc: isHost ? hostLibc() : 'glibc',
    isHost,
  };
}

let libcHere: PackageTarget['libc'] | undefined;

/** The C library of this process, which is what the packages installed beside it are for. */
export function hostLibc(): PackageTarget['libc'] {
  libcHere ??= startsWithMusl(process.execPath) ? 'musl' : 'glibc';
  return libcHere;
}

/** The loader that a program asks for stands right behind its headers. */
function startsWithMusl(program: string): boolean {
  const head = Buffer.alloc(4096);
  const handle = openSync(program, 'r');
  try {
    readSync(handle, head, 0, head.length, 0);
  } finally {
    closeSync(handle);
  }
  return head.includes('/ld-musl-');
}

/** Whether npm would install a package of this manifest there. */
export function fitsTarget({ os, cpu, libc }: PackageManifest, target: PackageTarget): boolean {
  return allows(os, target.os) && allows(cpu, target.cpu) && allows(libc, target.libc);
}

/** npm's rule: `!name` forbids, anything else is a list of what is allowed. */
function allows(list: readonly string[] | string | undefined, value: string): boolean {
  const entries = typeof list === 'string' ? [list] : (list ?? []);
  if (entries.includes(`!${value}`)) return false;
  const allowed = entries.filter((entry) => !entry.startsWith('!'));
  return allowed.length === 0 || allowed.includes('any') || allowed.includes(value);
}

/** What the name of a platform's package says it is for, e.g. `@duckdb/node-bindings-linux-x64`; undefined for other packages. */
export function platformOfName(
  name: string,
): { os: string; cpu: string; libc?: 'glibc' | 'musl' } | undefined {
  const match =
    /(?:^|[-/@_.])(linux|linuxmusl|darwin|win32|windows|freebsd|openbsd|netbsd|android|sunos|aix|openharmony)[-_.](x64|arm64|arm|ia32|x86_64|aarch64|riscv64|ppc64|s390x|loong64|mips64el|universal|wasm32)\b/.exec(
      name,
    );
  const [, os, cpu] = match ?? [];
  if (os === undefined || cpu === undefined) return undefined;
  const libc =
    os === 'linuxmusl' || /musl/.test(name) ? 'musl' : /gnu|glibc/.test(name) ? 'glibc' : undefined;
  return {
    os: os === 'linuxmusl' ? 'linux' : os,
    cpu: cpu === 'x86_64' ? 'x64' : cpu === 'aarch64' ? 'arm64' : cpu,
    ...(libc === undefined ? {} : { libc }),
  };
}

export function nameFitsTarget(name: string, target: PackageTarget): boolean {
  const named = platformOfName(name);
  return (
    named !== undefined &&
    named.os === target.os &&
    named.cpu === target.cpu &&
    (named.libc ?? target.libc) === target.libc
  );
}

/** `name@version`. */
export function packageId({ name, version }: Pick<InstalledPackage, 'name' | 'version'>): string {
  return `${name}@${version}`;
}
