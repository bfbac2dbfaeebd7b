import path from 'node:path';
import { writeFileAtomic } from '../../core/atomic-file.ts';
import type { OptionValues } from '../../core/option-table.ts';
import { packageVersion } from '../../core/package-root.ts';
import { renderInstallFiles } from '../../runtime/kubernetes/install/install-files.ts';
import {
  type InstallObject,
  type InstallOptions,
  type ServerInstall,
  tokenSecretName,
  tokensKey,
} from '../../runtime/kubernetes/install/install-options.ts';
import { renderInstall } from '../../runtime/kubernetes/install/render-install.ts';
import { renderYaml } from '../../runtime/kubernetes/manifest/render-yaml.ts';
import type { Execute } from '../command.ts';
import { usageError } from '../errors.ts';
import type { Session } from '../session.ts';

type ServerOptions = Pick<
  OptionValues,
  | 'withServer'
  | 'serverImage'
  | 'storage'
  | 'storageClass'
  | 'tokenSecret'
  | 'databaseSecret'
  | 'imagePullSecret'
  | 'serverMemory'
  | 'serverCpu'
>;
type ManifestOptions = ServerOptions &
  Pick<
    OptionValues,
    | 'installNamespace'
    | 'installName'
    | 'withArgo'
    | 'nodeAccess'
    | 'egress'
    | 'noNetworkPolicy'
    | 'manifestOutput'
    | 'json'
  >;

/** `slipway kubernetes manifest [--server --image …] [-o yaml|json|folder]`: what a cluster needs for runs. */
export const kubernetesManifest: Execute<keyof ManifestOptions> = async ({ options, session }) => {
  const install = installOf(options);
  const objects = renderInstall(install);
  const output = options.json ? 'json' : options.manifestOutput;
  if (output === 'yaml') await session.out.write(renderYaml(objects));
  else if (output === 'json')
    await session.out.write(
      `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }, undefined, 2)}\n`,
    );
  else await writeFolder(objects, output, session);
  if (install.server) await session.err.write(tokenAdvice(install));
  return undefined;
};

function installOf(options: ManifestOptions): InstallOptions {
  const server = serverOf(options);
  return {
    namespace: options.installNamespace,
    name: options.installName,
    ...(server === undefined ? {} : { server }),
    argo: options.withArgo,
    nodes: options.nodeAccess,
    networkPolicy: !options.noNetworkPolicy,
    egress: options.egress,
    version: packageVersion(),
  };
}

function serverOf(options: ServerOptions): ServerInstall | undefined {
  const { withServer, serverImage, storage, storageClass, tokenSecret, databaseSecret } = options;
  const { imagePullSecret, serverMemory, serverCpu } = options;
  const about = {
    '--image': serverImage,
    '--storage': storage,
    '--storage-class': storageClass,
    '--token-secret': tokenSecret,
    '--database-secret': databaseSecret,
    '--image-pull-secret': imagePullSecret[0],
    '--memory': serverMemory,
    '--cpu': serverCpu,
  };
  const given = Object.entries(about).find(([, value]) => value !== undefined)?.[0];
  if (!withServer && given !== undefined)
    throw usageError(`${given} is about the tracking server, which is not asked for`, {
      hint: 'add --server',
    });
  if (!withServer) return undefined;
  if (serverImage === undefined)
    throw usageError('--server needs the image of the tracking server', {
      hint: '`slipway kubernetes image --push registry/name` builds it and prints what to give as --image',
    });
  return {
    image: serverImage,
    ...(storage === undefined ? {} : { storage }),
    ...(storageClass === undefined ? {} : { storageClass }),
    ...(tokenSecret === undefined ? {} : { tokenSecret }),
    ...(databaseSecret === undefined ? {} : { databaseSecret }),
    ...(imagePullSecret.length === 0 ? {} : { imagePullSecrets: imagePullSecret }),
    ...(serverMemory === undefined ? {} : { memory: serverMemory }),
    ...(serverCpu === undefined ? {} : { cpu: serverCpu }),
  };
}

async function writeFolder(
  objects: readonly InstallObject[],
  given: string,
  session: Session,
): Promise<void> {
  if (/^(?:table|wide|name|yml|text)$/.test(given))
    throw usageError(`--output "${given}" is no form of manifests`, {
      hint: 'write yaml, json, or a folder to write them into, e.g. deploy/',
    });
  const folder = path.resolve(session.directory, given);
  const files = Object.entries(renderInstallFiles(objects));
  for (const [name, text] of files) writeFileAtomic(path.join(folder, name), text);
  await session.out.write(files.map(([name]) => `${path.join(given, name)}\n`).join(''));
  await session.err.write(`apply it with: kubectl apply -k ${given}\n`);
}

function tokenAdvice(install: InstallOptions): string {
  const secret = `${tokenSecretName(install)} --namespace ${install.namespace}`;
  return [
    'The server waits for the Secret with its tokens:',
    `  kubectl create secret generic ${secret} --from-file=${tokensKey}=tokens.txt`,
    '',
  ].join('\n');
}
