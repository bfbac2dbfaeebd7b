import type { RichOutput } from '../../core/rich-output.ts';
import type { PlotContent } from '../../data/artifact.ts';
import { parsePlot } from '../../data/artifacts/parse-plot.ts';
import type { DataItem } from '../../data/data-item.ts';
import { renderArtifact } from '../../data/render-artifact.ts';
import type { ArtifactRecord } from '../../tracking/run.ts';
import { html } from './html/html.ts';
import type { ArtifactPreview } from './run/run-view.ts';

type PlotBytes = Pick<DataItem, 'get'>;

/** Bytes of a plot that are put into a notebook; a larger one is named only. */
const mostBytes = 5_000_000;

/** A plot as notebooks show it, fetched from nowhere but the store. Undefined where it is too large for a notebook. */
export async function plotOutput(record: ArtifactRecord, item: PlotBytes): Promise<RichOutput | undefined> {
  if (record.kind !== 'plot' || record.size > mostBytes) return undefined;
  return mediaOutput(record.mediaType ?? '', await item.get(), renderArtifact(record));
}

/** The same for a plot that is stored nowhere. Throws `INVALID_PLOT`. */
export function plotContentOutput(plot: PlotContent): RichOutput {
  const { bytes, mediaType, format } = parsePlot('plot', plot);
  return mediaOutput(mediaType, typeof bytes === 'string' ? Buffer.from(bytes) : bytes, `plot (${format})`);
}

function mediaOutput(mediaType: string, bytes: Uint8Array, text: string): RichOutput {
  const plain = { 'text/plain': text };
  const metadata = { [mediaType]: { needs_background: 'light' } };
  if (mediaType === 'image/png') return { bundle: { [mediaType]: base64(bytes), ...plain }, metadata };
  const content = new TextDecoder().decode(bytes);
  if (mediaType === 'image/svg+xml') return { bundle: { [mediaType]: content, ...plain }, metadata };
  if (mediaType.startsWith('application/vnd.vegalite'))
    return { bundle: { [mediaType]: JSON.parse(content) as unknown, ...plain } };
  return { bundle: { 'text/html': framed(content), ...plain } };
}

/** A page of its own, whose scripts cannot reach the notebook around it. */
function framed(page: string): string {
  return html`<iframe sandbox="allow-scripts" srcdoc="${page}" style="width:100%;height:26rem;border:none;background:#fff"></iframe>`
    .markup;
}

/** A plot inside a run's card: images are shown there, others have an output of their own. */
export async function plotPreview(
  record: ArtifactRecord,
  item: PlotBytes,
): Promise<ArtifactPreview | undefined> {
  const { kind, mediaType = '', size } = record;
  if (kind !== 'plot' || size > mostBytes || !mediaType.startsWith('image/')) return undefined;
  return { type: 'image', dataUrl: `data:${mediaType};base64,${base64(await item.get())}` };
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
