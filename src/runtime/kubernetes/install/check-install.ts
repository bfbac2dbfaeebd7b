import { invalidKubernetesOptions } from '../errors.ts';
import { isQuantity } from '../manifest/quantity.ts';
import { parseEgress } from './egress.ts';
import { type InstallOptions, installName } from './install-options.ts';

/** Behind the name come `-server-tokens` and the like, and a Service's name has 63 characters at most. */
const longestName = 40;
const word = /^[a-z]([a-z0-9-]*[a-z0-9])?$/;
const objectName = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;

/**
 * Refuses what no cluster would take, before anything is rendered.
 * @throws INVALID_KUBERNETES_OPTIONS
 */
export function checkInstall(options: InstallOptions): void {
  const { namespace, server, egress = [] } = options;
  checkWord('namespace', namespace, 63);
  checkWord('name', installName(options), longestName);
  for (const place of egress) parseEgress(place);
  if (!server) return;
  if (!/^[^\s@]+@sha256:[0-9a-f]{64}$/.test(server.image))
    throw invalidKubernetesOptions(
      `image "${server.image}" of the tracking server is not named by its digest`,
      {
        hint: 'a tag can mean something else tomorrow: `slipway kubernetes image --push registry/name` prints registry/name@sha256:…',
      },
    );
  const secrets = [
    server.tokenSecret,
    server.databaseSecret,
    server.storageClass,
    ...(server.imagePullSecrets ?? []),
  ];
  for (const name of secrets) if (name !== undefined) checkObjectName(name);
  for (const [what, amount] of Object.entries({
    storage: server.storage,
    memory: server.memory,
    cpu: server.cpu,
  }))
    if (amount !== undefined && !isQuantity(amount))
      throw invalidKubernetesOptions(`${what} "${amount}" of the tracking server is no amount`, {
        hint: 'write it as Kubernetes does: 10Gi, 512Mi, 500m',
      });
}

function checkWord(what: string, text: string, longest: number): void {
  if (word.test(text) && text.length <= longest) return;
  throw invalidKubernetesOptions(`${what} "${text}" cannot be used in a cluster`, {
    hint: `take a-z, 0-9 and "-", a letter first, ${longest} characters at most`,
  });
}

function checkObjectName(text: string): void {
  if (objectName.test(text) && text.length <= 253) return;
  throw invalidKubernetesOptions(`"${text}" is no name of an object in a cluster`, {
    hint: 'names have a-z, 0-9, "-" and "."',
  });
}
