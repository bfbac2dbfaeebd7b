import { spawn } from 'node:child_process';
import { credentialHelperFailed } from '../errors.ts';
import type { Environment } from '../registry-options.ts';

/** What a helper knows about a registry. The user `<token>` means that the secret is an identity token. */
export interface ProgramAnswer {
  readonly Username: string;
  readonly Secret: string;
}

/**
 * Asks `docker-credential-<name>` for a registry's credentials; undefined where it has none. The program gets the registry's
 * name on its standard input and is started without a shell.
 * @throws CREDENTIAL_HELPER_FAILED
 */
export async function askCredentialProgram(
  name: string,
  server: string,
  env: Environment,
): Promise<ProgramAnswer | undefined> {
  const program = `docker-credential-${name}`;
  const fail = (what: string, cause?: unknown): Error =>
    credentialHelperFailed(`the credential helper "${program}" ${what}`, {
      hint: `check that it is on the PATH and run: echo ${server} | ${program} get`,
      cause,
    });
  if (!/^[A-Za-z0-9._-]+$/.test(name)) throw fail('is no name of a program');
  const { status, stdout } = await run(program, server, env).catch((cause: NodeJS.ErrnoException) => {
    throw fail(cause.code === 'ENOENT' ? 'is not installed' : 'cannot be started', cause);
  });
  if (status !== 0) {
    // helpers say so on standard output
    if (/credentials not found/i.test(stdout)) return undefined;
    throw fail(`ended with exit code ${status}: ${stdout.trim().slice(0, 200) || 'no message'}`);
  }
  return parseAnswer(stdout) ?? Promise.reject(fail('answered something that is no JSON of credentials'));
}

function parseAnswer(text: string): ProgramAnswer | undefined {
  try {
    const { Username, Secret } = JSON.parse(text) as Partial<ProgramAnswer>;
    return typeof Username === 'string' && typeof Secret === 'string' ? { Username, Secret } : undefined;
  } catch {
    return undefined;
  }
}

function run(program: string, server: string, env: Environment): Promise<{ status: number; stdout: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ['get'], {
      env: { ...env },
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: 60_000,
    });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.once('error', reject);
    child.once('close', (status) => resolve({ status: status ?? 1, stdout }));
    // a helper may end without reading its input
    child.stdin.on('error', () => undefined);
    child.stdin.end(`${server}\n`);
  });
}
