import { readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { runtimeFolder } from './kernelspec/jupyter-folders.ts';

type Environment = Readonly<Record<string, string | undefined>>;

interface JupyterServer {
  readonly url: string;
  readonly token: string;
  readonly root: string;
}

/** Asks the Jupyter servers of this user which notebook belongs to this kernel; undefined when none knows. */
export async function notebookOfSession(
  argv: readonly string[],
  environment: Environment,
): Promise<string | undefined> {
  const kernel = /kernel-([\w-]+)\.json/.exec(argv.join(' '))?.[1];
  if (kernel === undefined) return undefined;
  for (const server of jupyterServers(environment)) {
    const file = await askServer(server, kernel);
    if (file !== undefined) return path.resolve(server.root, file);
  }
  return undefined;
}

/** Servers announce themselves in files of Jupyter's runtime folder. */
function jupyterServers(environment: Environment): JupyterServer[] {
  const { platform, arch, execPath } = process;
  const home = environment.HOME ?? homedir();
  const folder = runtimeFolder({ platform, arch, execPath, env: environment, home });
  try {
    return readdirSync(folder)
      .filter((name) => /^(jpserver|nbserver)-\d+\.json$/.test(name))
      .flatMap((name) => parseServer(readFileSync(path.join(folder, name), 'utf8')));
  } catch {
    // no runtime folder: no server of this user is running
    return [];
  }
}

function parseServer(text: string): JupyterServer[] {
  const info = JSON.parse(text) as { url?: string; token?: string; root_dir?: string; notebook_dir?: string };
  const root = info.root_dir ?? info.notebook_dir;
  return info.url && root ? [{ url: info.url, token: info.token ?? '', root }] : [];
}

async function askServer(server: JupyterServer, kernel: string): Promise<string | undefined> {
  try {
    const response = await fetch(new URL('api/sessions', server.url), {
      headers: { authorization: `token ${server.token}` },
      signal: AbortSignal.timeout(1500),
    });
    if (!response.ok) return undefined;
    const sessions = (await response.json()) as readonly {
      readonly path?: string;
      readonly notebook?: { readonly path?: string };
      readonly kernel?: { readonly id?: string };
    }[];
    const session = sessions.find((each) => each.kernel?.id === kernel);
    return session?.notebook?.path ?? session?.path;
  } catch {
    // the file of a server that has died is left behind: the next one may know
    return undefined;
  }
}
