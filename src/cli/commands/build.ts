import path from 'node:path';
import { writeFileAtomic } from '../../core/atomic-file.ts';
import type { PackagedFunction } from '../../functions/function-spec.ts';
import { renderFunctionYaml } from '../../functions/function-yaml.ts';
import { renderPackageReport } from '../../functions/render-report.ts';
import type { FunctionImage, FunctionImageRequest } from '../../projects/build-function-image.ts';
import { resolveFunction } from '../../projects/resolve-function.ts';
import type { Workspace } from '../../projects/workspace.ts';
import { writeTypes } from '../../projects/write-types.ts';
import { imageDocument, platformText } from '../build/image-document.ts';
import { type ImageOptions, imageRequest, isArchive } from '../build/image-request.ts';
import type { Execute } from '../command.ts';
import { present } from '../output/present.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway build <function> [--push registry/name | --load | --output image.tar | --output function.yaml]`. */
export const build: Execute<'handler' | 'format' | 'json' | keyof ImageOptions> = ({
  args,
  options,
  session,
}) =>
  withWorkspace(session, async (workspace) => {
    const wanted = imageRequest(options, workspace.directory);
    const packaged = await resolveFunction(
      workspace,
      args[0] ?? '',
      options.handler ? { handler: options.handler } : {},
    );
    // what a build changes in a contract must be seen by the type checker of whoever calls the function by name
    if (workspace.project.spec.functions?.length) await writeTypes(workspace);
    const built = await buildImageOf(
      workspace,
      packaged,
      wanted && {
        ...wanted,
        onOutput: (text) => void session.err.write(text),
      },
    );
    const file = writeYaml(workspace, built ? withImage(packaged, built) : packaged, options.file);
    const { renderImage } = built ? await import('../../functions/image/render-image.ts') : {};
    const { spec, report, bundle } = packaged;
    const next = file ? `\n${options.file} written; slipway run ${options.file} runs it anywhere\n` : '';
    await present(
      session,
      { output: options.format, json: options.json },
      {
        data: () => ({
          name: spec.metadata.name,
          digest: spec.spec.digest,
          handlers: Object.keys(spec.spec.handlers),
          bundle: bundle.directory,
          report,
          ...(file ? { file } : {}),
          ...(built ? { image: imageDocument(built) } : {}),
        }),
        text: () =>
          `${renderPackageReport(report).trimEnd()}\n${built && renderImage ? renderImage(built.image, built.delivered, options) : ''}${next}`,
        names: () => [built?.delivered.reference ?? built?.image.manifest.digest ?? spec.spec.digest],
      },
    );
    return undefined;
  });

function writeYaml(
  workspace: Workspace,
  packaged: PackagedFunction,
  given: string | undefined,
): string | undefined {
  if (given === undefined || isArchive(given)) return undefined;
  const file = path.resolve(workspace.directory, given);
  writeFileAtomic(file, renderFunctionYaml(packaged, { embed: true }));
  return file;
}

/** The function with its image, so that whoever gets the file knows which it is. */
function withImage(packaged: PackagedFunction, { image, delivered }: FunctionImage): PackagedFunction {
  const { digest } = image.manifest;
  const pushed = delivered.reference?.includes('@') ? { reference: delivered.reference } : {};
  const reference = { digest, platform: platformText(image), base: image.base, ...pushed };
  return { ...packaged, spec: { ...packaged.spec, spec: { ...packaged.spec.spec, image: reference } } };
}

async function buildImageOf(
  workspace: Workspace,
  packaged: PackagedFunction,
  request: FunctionImageRequest | undefined,
): Promise<FunctionImage | undefined> {
  if (request === undefined) return undefined;
  const { buildFunctionImage } = await import('../../projects/build-function-image.ts');
  return buildFunctionImage(workspace, packaged, request);
}
