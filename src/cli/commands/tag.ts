import { isStoreUri, parseStoreUri, renderStoreUri } from '../../core/store-uri.ts';
import type { Execute } from '../command.ts';
import { present } from '../output/present.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway tag <artifact> <tag>`. */
export const tag: Execute<'output' | 'json'> = ({ args, options, session }) =>
  withWorkspace(session, async ({ store, project }) => {
    const [reference = '', name = ''] = args;
    const record = await store.resolveArtifact(
      isStoreUri(reference) ? reference : `store://${project.name}/${reference}`,
    );
    const uri = renderStoreUri({ ...withoutDigest(record.uri), tag: name });
    await store.tagArtifact(record.uri, name);
    await present(session, options, {
      data: () => ({ key: record.key, tag: name, digest: record.digest, uri }),
      text: () => `${uri} is ${record.digest}\n`,
      names: () => [uri],
    });
    return undefined;
  });

function withoutDigest(uri: string): { readonly project: string; readonly key: string } {
  const { project, key } = parseStoreUri(uri);
  return { project, key };
}
