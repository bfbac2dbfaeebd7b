import type { Json } from '../../../core/json.ts';
import { artifactFacts, renderBytes } from '../../../data/render-artifact.ts';
import type { ArtifactRecord } from '../../../tracking/run.ts';
import { type Html, html } from '../html/html.ts';
import type { ArtifactPreview, RunView } from '../run/run-view.ts';
import { recordGrid } from '../table/record-grid.ts';
import { renderGrid } from '../table/render-grid.ts';

const previewRows = 5;
const mostArtifacts = 30;

/** What a run produced: key, kind, size, what is in it; images and the first rows of data below. */
export function renderArtifacts({ record, previews }: RunView): Html | undefined {
  const { artifacts } = record;
  if (artifacts.length === 0) return undefined;
  const shown = artifacts.slice(0, mostArtifacts);
  const more = artifacts.length - shown.length;
  return html`<section><h4>Artifacts</h4><table>${shown.map(renderRow)}</table>${more > 0 ? html`<p class="dim">… ${more} more</p>` : undefined}${shown.map((artifact) => renderPreview(artifact, previews.get(artifact.key)))}</section>`;
}

function renderRow(artifact: ArtifactRecord): Html {
  const facts = artifactFacts(artifact).join(', ');
  return html`<tr><td class="strong" title="${artifact.uri}">${artifact.key}</td><td><span class="badge">${artifact.kind}</span></td><td class="n">${renderBytes(artifact.size)}</td><td class="dim">${facts}</td></tr>`;
}

function renderPreview(artifact: ArtifactRecord, preview: ArtifactPreview | undefined): Html | undefined {
  if (preview?.type === 'image')
    return html`<details class="more figure" open><summary>${titleOf(artifact)}</summary><img src="${preview.dataUrl}" alt="${`plot ${artifact.key}`}"></details>`;
  if (preview?.type === 'file') return html`<p class="dim">${artifact.key}: <code>${preview.path}</code></p>`;
  const grid = recordGrid(artifact, previewRows);
  if (grid === undefined) return undefined;
  return html`<details class="more"><summary>first rows of ${artifact.key}</summary><div class="scroll">${renderGrid(grid)}</div></details>`;
}

function titleOf({ key, metadata }: ArtifactRecord): string {
  const title: Json | undefined = metadata?.title;
  return typeof title === 'string' && title !== '' ? `${key}: ${title}` : key;
}
