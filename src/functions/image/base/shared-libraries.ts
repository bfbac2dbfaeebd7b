import { execFile } from 'node:child_process';
import { imageBaseUnavailable } from '../build-errors.ts';

/** Where a program's shared libraries are, the loader included, sorted; none for a static program. */
export async function sharedLibraries(program: string): Promise<readonly string[]> {
  return parseLibraries(await listLibraries(program), program);
}

function listLibraries(program: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('ldd', [program], { env: { ...process.env, LC_ALL: 'C' } }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      if (/not a dynamic executable|statically linked/i.test(stdout + stderr)) return resolve('');
      reject(
        imageBaseUnavailable(
          `the shared libraries of "${program}" cannot be found: ${stderr.trim() || error.message}`,
          {
            hint: 'base "self" needs the program ldd (package libc-bin or musl-utils); or give a base image: --base node:22-slim',
          },
        ),
      );
    });
  });
}

/**
 * Reads what `ldd` prints: `libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x…)` or `/lib64/ld-linux-x86-64.so.2 (0x…)`.
 * @throws IMAGE_BASE_UNAVAILABLE for a library that is not there
 */
export function parseLibraries(output: string, program: string): readonly string[] {
  const files = new Set<string>();
  for (const line of output.split('\n')) {
    const missing = /^\s*(\S+) => not found/.exec(line)?.[1];
    if (missing !== undefined)
      throw imageBaseUnavailable(`"${program}" needs the shared library "${missing}", which is not there`, {
        hint: 'install it, or give a base image: --base node:22-slim',
      });
    const file = /(?:=>\s+|^\s*)(\/\S+)(?:\s+\(0x|\s*$)/.exec(line)?.[1];
    if (file !== undefined) files.add(file);
  }
  return [...files].sort();
}
