import type { FunctionImage } from '../../projects/build-function-image.ts';

/** An image as `-o json` shows it. */
export function imageDocument({ image, delivered }: FunctionImage): object {
  return {
    digest: image.manifest.digest,
    platform: platformText(image),
    size: image.layers.reduce((sum, { size }) => sum + size, 0),
    base: image.base,
    reused: image.reused,
    layers: image.explain,
    attachments: image.attachments.map(({ artifactType, digest }) => ({ type: artifactType, digest })),
    ...delivered,
  };
}

/** `linux/arm64/v8`, as far as it is known. */
export function platformText({ platform: { os, architecture, variant } }: FunctionImage['image']): string {
  return [os, architecture, variant].filter(Boolean).join('/');
}
