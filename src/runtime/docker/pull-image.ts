import type Docker from 'dockerode';
import { type DaemonLine, followDaemon } from '../../functions/image/docker/follow-daemon.ts';
import { type Credentials, findCredentials } from '../../functions/image/registry/auth/credentials.ts';
import { parseImageReference } from '../../functions/image/registry/reference.ts';
import type { Environment } from '../../functions/image/registry/registry-options.ts';
import { monotonicMs } from '../monotonic.ts';

/** How often a pull that takes long says how far it is. */
const sayEveryMs = 2000;

export interface PullOptions {
  /** Hears a line when a pull begins, every other second how much has come, and a line at the end. */
  readonly onProgress?: (line: string) => void;
  /** Where the login of the image's registry is looked for. @default process.env */
  readonly env?: Environment;
}

/**
 * Has the daemon pull an image, with the login that `docker pull` would have; a slow line is no silent hang.
 * @throws DOCKER_CONFIG_INVALID, CREDENTIAL_HELPER_FAILED, and what the daemon says
 */
export async function pullImage(
  docker: Docker,
  reference: string,
  { onProgress = () => undefined, env = process.env }: PullOptions = {},
): Promise<void> {
  onProgress(`pulling image ${reference}`);
  const { registry } = parseImageReference(reference);
  const credentials = await findCredentials(registry, env);
  const login = credentials === undefined ? {} : { authconfig: renderLogin(credentials, registry) };
  const progress = await docker.pull(withTag(reference), login);
  const amounts = new Map<string, Amount>();
  let said = monotonicMs();
  await followDaemon(progress, (line) => {
    note(amounts, line);
    if (monotonicMs() - said < sayEveryMs) return;
    said = monotonicMs();
    onProgress(`pulling image ${reference}: ${renderAmounts(amounts)}`);
  });
  onProgress(`pulled image ${reference}`);
}

interface Amount {
  readonly current: number;
  readonly total: number;
}

/** Of each layer the daemon tells how much has come; when it is unpacked, that counts anew and is not looked at. */
function note(amounts: Map<string, Amount>, { id, status, progressDetail }: DaemonLine): void {
  if (id === undefined) return;
  const known = amounts.get(id);
  const { current, total = known?.total } = progressDetail ?? {};
  if (status === 'Downloading' && current !== undefined && total !== undefined)
    amounts.set(id, { current, total });
  else if (status === 'Download complete' && known) amounts.set(id, { ...known, current: known.total });
}

function renderAmounts(amounts: ReadonlyMap<string, Amount>): string {
  const sum = (key: keyof Amount): number => [...amounts.values()].reduce((all, each) => all + each[key], 0);
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  if (amounts.size === 0) return 'waiting for the registry';
  const [current, total] = [sum('current'), sum('total')];
  return current === total
    ? `${megabytes(total)} MB are here, unpacking`
    : `${megabytes(current)} of ${megabytes(total)} MB`;
}

/** As the daemon wants it, in a header of the request. */
function renderLogin(credentials: Credentials, registry: string): Readonly<Record<string, string>> {
  const serveraddress = registry === 'docker.io' ? 'https://index.docker.io/v1/' : registry;
  switch (credentials.kind) {
    case 'password':
      return { serveraddress, username: credentials.user, password: credentials.password };
    case 'identity':
      return { serveraddress, identitytoken: credentials.token };
    case 'bearer':
      return { serveraddress, registrytoken: credentials.token };
  }
}

/** Without a tag, the daemon would pull all there are. */
function withTag(reference: string): string {
  return /[:@][^/]*$/.test(reference) ? reference : `${reference}:latest`;
}
