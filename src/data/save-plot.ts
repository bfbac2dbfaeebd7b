import path from 'node:path';
import type { RunStore } from '../tracking/store.ts';
import type { Artifact, PlotContent } from './artifact.ts';
import { parsePlot } from './artifacts/parse-plot.ts';
import { writeStaged } from './artifacts/staged-file.ts';
import { type ArtifactTarget, checkTarget, storeStaged } from './artifacts/store-staged.ts';
import { openArtifact } from './open-artifact.ts';

/**
 * Stores a plot: SVG or HTML text, PNG bytes, or a Vega-Lite specification (as object or JSON text). What it is is told by
 * its content; anything else throws `INVALID_PLOT`.
 */
export async function savePlot(
  store: RunStore,
  target: ArtifactTarget,
  plot: PlotContent,
  options: { readonly title?: string; readonly labels?: Readonly<Record<string, string>> } = {},
): Promise<Artifact<'plot'>> {
  checkTarget(target);
  const { bytes, format, extension, mediaType } = parsePlot(target.key, plot);
  const base = path.posix.basename(target.key);
  const name = base.endsWith(`.${extension}`) ? base : `${base}.${extension}`;
  const record = await storeStaged(store, target, async (staging) => {
    await writeStaged(staging, name, bytes);
    const title = options.title === undefined ? {} : { title: options.title };
    return { kind: 'plot', mediaType, metadata: { format, ...title }, labels: options.labels };
  });
  return openArtifact(store, record) as Artifact<'plot'>;
}
