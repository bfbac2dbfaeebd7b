import path from 'node:path';
import type { OptionValues } from '../../core/option-table.ts';
import { packageVersion } from '../../core/package-root.ts';
import { imageDocument } from '../build/image-document.ts';
import { isArchive, isPath } from '../build/image-request.ts';
import type { Execute } from '../command.ts';
import { usageError } from '../errors.ts';
import { present } from '../output/present.ts';
import { withWorkspace } from '../with-workspace.ts';

type ServerImageOptions = Pick<
  OptionValues,
  | 'push'
  | 'load'
  | 'imageFile'
  | 'base'
  | 'platform'
  | 'explain'
  | 'insecureRegistry'
  | 'registryCa'
  | 'format'
  | 'json'
>;

/** `slipway kubernetes image [--push registry/name | --load | --output image.tar]`: the image of the tracking server. */
export const kubernetesImage: Execute<keyof ServerImageOptions> = ({ options, session }) =>
  withWorkspace(session, async (workspace) => {
    const { base, platform, push, load, imageFile, registryCa } = options;
    const { directory } = workspace;
    if (imageFile !== undefined && !isArchive(imageFile))
      throw usageError(`--output "${imageFile}" is no archive`, { hint: 'name a file that ends in .tar' });
    const [{ serverImage }, { renderImage }] = await Promise.all([
      import('../../projects/server-image.ts'),
      import('../../functions/image/render-image.ts'),
    ]);
    const { image, delivered } = await serverImage(workspace, {
      recipe: {
        ...(base === undefined ? {} : { base: isPath(base) ? path.resolve(directory, base) : base }),
        ...(platform === undefined ? {} : { platform }),
      },
      registry: {
        ...(options.insecureRegistry ? { insecure: true } : {}),
        ...(registryCa === undefined ? {} : { caFile: path.resolve(directory, registryCa) }),
      },
      delivery: {
        ...(push === undefined ? {} : { push }),
        ...(load ? { load: `slipway-server:${packageVersion()}` } : {}),
        ...(imageFile === undefined ? {} : { output: path.resolve(directory, imageFile) }),
      },
    });
    await present(
      session,
      { output: options.format, json: options.json },
      {
        data: () => imageDocument({ image, delivered }),
        text: () => renderImage(image, delivered, options),
        names: () => [delivered.reference ?? image.manifest.digest],
      },
    );
    return undefined;
  });
