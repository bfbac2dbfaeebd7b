import { execFile } from 'node:child_process';
import { imagePackageUnavailable } from '../build-errors.ts';

export interface NpmCall {
  readonly cwd: string;
  /** For the message: what it is called for. */
  readonly doing: string;
}

/** Longest that npm may take; milliseconds. */
const npmTimeoutMs = 10 * 60_000;

/**
 * Calls npm with the user's own settings.
 * @throws IMAGE_PACKAGE_UNAVAILABLE with npm's own last words
 */
export function runNpm(args: readonly string[], { cwd, doing }: NpmCall): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd, timeout: npmTimeoutMs, maxBuffer: 64 * 2 ** 20, encoding: 'utf8' } as const;
    execFile('npm', args, options, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      const said = missing ? 'npm is not on the PATH' : lastWords(`${stderr}\n${stdout}`);
      reject(
        imagePackageUnavailable(`${doing} failed: ${said}`, {
          hint: 'it needs npm and its registry: check the name and version, and the network, or install the package in the project',
        }),
      );
    });
  });
}

/** Npm says the reason in one of several lines, between codes and advice. */
function lastWords(output: string): string {
  const lines = output
    .split('\n')
    .filter((line) => !/^npm warn/i.test(line) && !/complete log of this run/.test(line))
    .map((line) => line.replace(/^npm (?:error|ERR!)\s*(?:code |notarget |network |404 )?\s*/i, '').trim());
  const reason = lines.find((line) =>
    /reason:|no matching version|not found|not in this registry|not get/i.test(line),
  );
  return reason ?? lines.find((line) => line !== '') ?? 'npm said nothing';
}
