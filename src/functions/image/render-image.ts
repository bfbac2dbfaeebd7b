import type { DeliveredImage } from './deliver-image.ts';
import type { BuiltImage, LayerReport } from './image-request.ts';
import { renderPlatform } from './oci/platform.ts';

/** What `slipway build` says about an image: its digest, size and fate; with `explain` each layer and why it was made or not. */
export function renderImage(
  image: BuiltImage,
  delivered: DeliveredImage,
  options: { readonly explain: boolean },
): string {
  const { digest } = image.manifest;
  const lines = [
    `image ${image.function} ${digest.slice(0, 19)} (${renderPlatform(image.platform)}, ${renderBytes(imageSize(image))}${image.reused ? ', unchanged' : ''})`,
    ...(options.explain ? explainLines(image.explain) : [`  base:     ${image.base.reference}`]),
    ...deliveredLines(delivered),
  ];
  return `${lines.join('\n')}\n`;
}

/** Bytes of all layers, as stored and transferred. */
export function imageSize({ layers }: BuiltImage): number {
  return layers.reduce((sum, { size }) => sum + size, 0);
}

function explainLines(layers: readonly LayerReport[]): string[] {
  return layers.map(({ name, size, reused, reason }) => {
    const fate = reused ? 'reused' : 'made';
    return `  ${name.padEnd(16)} ${renderBytes(size).padStart(9)}  ${fate}: ${reason}`;
  });
}

function deliveredLines({ reference, uploaded, mounted, skipped, id, file }: DeliveredImage): string[] {
  if (file !== undefined) return [`  written:  ${file}`];
  if (id !== undefined) return [`  loaded:   ${reference ?? id}`];
  if (reference === undefined) return [];
  const counts = [
    `${uploaded?.length ?? 0} blobs uploaded`,
    ...(mounted?.length ? [`${mounted.length} taken over`] : []),
    `${skipped?.length ?? 0} there already`,
  ];
  return [`  pushed:   ${reference}`, `            ${counts.join(', ')}`];
}

function renderBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}
