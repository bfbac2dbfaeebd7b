import type { DataItem } from '../../data/data-item.ts';
import { renderArtifact } from '../../data/render-artifact.ts';
import type { ArtifactRecord } from '../../tracking/run.ts';
import { html } from './html/html.ts';
import type { MimeBundle } from './port/display-port.ts';
import type { ArtifactPreview } from './run/run-view.ts';

/** An output with hints for front ends. */
export interface PlotOutput {
  readonly bundle: MimeBundle;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Bytes of a plot that are put into a notebook; a larger one is named only. */
const mostBytes = 5_000_000;

const light = { needs_background: 'light' };

/** A plot as notebooks show it, fetched from nowhere but the store. Undefined where it is too large for a notebook. */
export async function plotOutput(record: ArtifactRecord, item: DataItem): Promise<PlotOutput | undefined> {
  if (record.kind !== 'plot' || record.size > mostBytes) return undefined;
  const text = { 'text/plain': renderArtifact(record) };
  const { mediaType = '' } = record;
  if (mediaType === 'image/png')
    return {
      bundle: { [mediaType]: base64(await item.get()), ...text },
      metadata: { [mediaType]: light },
    };
  if (mediaType === 'image/svg+xml')
    return { bundle: { [mediaType]: await item.text(), ...text }, metadata: { [mediaType]: light } };
  if (mediaType.startsWith('application/vnd.vegalite'))
    return { bundle: { [mediaType]: await item.json(), ...text }, metadata: {} };
  return { bundle: { 'text/html': framed(await item.text()), ...text }, metadata: {} };
}

/** A page of its own, whose scripts cannot reach the notebook around it. */
function framed(page: string): string {
  return html`<iframe sandbox="allow-scripts" srcdoc="${page}" style="width:100%;height:26rem;border:none;background:#fff"></iframe>`
    .markup;
}

/** A plot inside a run's card: images are shown there, others have an output of their own. */
export async function plotPreview(
  record: ArtifactRecord,
  item: DataItem,
): Promise<ArtifactPreview | undefined> {
  const { kind, mediaType = '', size } = record;
  if (kind !== 'plot' || size > mostBytes || !mediaType.startsWith('image/')) return undefined;
  return { type: 'image', dataUrl: `data:${mediaType};base64,${base64(await item.get())}` };
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
