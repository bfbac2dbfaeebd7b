import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { installKernel } from '../../src/notebooks/kernelspec/install-kernel.ts';
import type { KernelKind } from '../../src/notebooks/kernelspec/kernel-program.ts';
import { until } from '../kernel/until.ts';
import { programs } from '../setup/components.ts';

export interface LabServer {
  readonly folder: string;
  readonly url: string;
  readonly token: string;
  /** The end of what the server and its kernels said. */
  log(): string;
  /** Ends the kernels of all notebooks, so that the next one to be opened gets a new one. */
  endKernels(): Promise<void>;
  close(): Promise<void>;
}

/**
 * A JupyterLab of its own for a folder, with the kernels as `slipway kernel install` registers them and nothing of this
 * machine's Jupyter.
 */
export async function startLab(
  folder: string,
  kernels: readonly KernelKind[] = ['tslab'],
): Promise<LabServer> {
  const home = path.join(folder, '.home');
  const runtime = path.join(home, 'runtime');
  mkdirSync(runtime, { recursive: true });
  writeSettings(path.join(home, 'settings', '@jupyterlab'));
  const { platform, arch, execPath } = process;
  const places = {
    HOME: home,
    JUPYTER_DATA_DIR: path.join(home, 'data'),
    JUPYTER_RUNTIME_DIR: runtime,
    JUPYTERLAB_SETTINGS_DIR: path.join(home, 'settings'),
  };
  const machine = { platform, arch, execPath, home, env: { ...places, PATH: path.dirname(programs.deno) } };
  for (const kernel of kernels)
    installKernel({ kernel, place: { type: 'user' }, directory: folder, machine });
  const token = randomUUID();
  const child = spawn(
    programs.jupyter,
    [
      'lab',
      '--no-browser',
      '--allow-root',
      '--ip=127.0.0.1',
      `--IdentityProvider.token=${token}`,
      `--ServerApp.root_dir=${folder}`,
      '--ServerApp.port=0',
    ],
    { cwd: folder, env: { PATH: process.env.PATH, ...places }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const output = collect(child);
  const closed = new Promise((resolve) => child.once('close', resolve));
  const close = (): Promise<void> => end(child, closed);
  try {
    await until(
      'JupyterLab to start',
      () => {
        if (child.exitCode !== null) throw new Error('JupyterLab ended');
        return serverUrl(runtime) !== undefined;
      },
      150_000,
    );
  } catch (error) {
    await close();
    throw new Error(`JupyterLab does not start: ${output()}`, { cause: error });
  }
  const url = serverUrl(runtime) ?? '';
  const endKernels = (): Promise<void> => endSessions(`${url}api/sessions`, token);
  return { folder, url, token, log: output, endKernels, close };
}

async function endSessions(address: string, token: string): Promise<void> {
  const headers = { authorization: `token ${token}` };
  const answer = await fetch(address, { headers });
  for (const { id } of (await answer.json()) as readonly { readonly id: string }[]) {
    const { status } = await fetch(`${address}/${id}`, { method: 'DELETE', headers });
    // the session of a kernel that died may be gone, or go without it
    if (![204, 404, 410].includes(status))
      throw new Error(`JupyterLab does not end the session "${id}": ${status}`);
  }
}

/** Nothing is asked on the first start, and cells out of sight stay in the page, so that a test can look at them. */
function writeSettings(folder: string): void {
  const settings = {
    'apputils-extension/notification': { fetchNews: 'false', checkForUpdates: false },
    'notebook-extension/tracker': { windowingMode: 'none' },
  };
  for (const [name, values] of Object.entries(settings)) {
    const file = path.join(folder, `${name}.jupyterlab-settings`);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(values));
  }
}

/** The server announces itself in a file once it listens. */
function serverUrl(runtime: string): string | undefined {
  const file = readdirSync(runtime).find((name) => /^jpserver-\d+\.json$/.test(name));
  const text = file === undefined ? '' : readFileSync(path.join(runtime, file), 'utf8');
  return text.trim() === '' ? undefined : (JSON.parse(text) as { url: string }).url;
}

function collect(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  return () => text.slice(-8000);
}

/** The server ends its kernels on SIGTERM; one that hangs does not. */
async function end(child: ChildProcess, closed: Promise<unknown>): Promise<void> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
  await closed;
  clearTimeout(timer);
}
