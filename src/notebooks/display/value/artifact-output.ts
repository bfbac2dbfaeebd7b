import type { RichOutput } from '../../../core/rich-output.ts';
import type { Artifact } from '../../../data/artifact.ts';
import { artifactFacts, renderArtifact, renderBytes } from '../../../data/render-artifact.ts';
import type { ArtifactRecord } from '../../../tracking/run.ts';
import { renderPlural, shortValue } from '../html/format.ts';
import { type Html, html } from '../html/html.ts';
import { plotOutput } from '../plot-output.ts';
import { recordGrid } from '../table/record-grid.ts';
import { itemOutput } from './item-output.ts';
import { renderPanel } from './panel.ts';
import { gridOutput, shownRows } from './table-output.ts';

/** An artifact: a dataset as its first rows, a plot as itself, a model by what is known of it, a file by its beginning. */
export async function artifactOutput(artifact: Artifact): Promise<RichOutput> {
  const { record } = artifact;
  switch (record.kind) {
    case 'dataset':
    case 'table': {
      const grid = recordGrid(record, shownRows);
      if (grid === undefined) return itemOutput(artifact, record.key);
      return gridOutput(record.key, grid, renderBytes(record.size));
    }
    case 'plot':
      return (await plotOutput(record, artifact)) ?? recordOutput(record, filesBody(record));
    case 'model':
      return recordOutput(record, modelBody(record));
    case 'dir':
      return recordOutput(record, filesBody(record));
    case 'file':
      return itemOutput(artifact, record.key);
  }
}

function recordOutput(record: ArtifactRecord, body: Html | undefined): RichOutput {
  const facts = [record.kind, ...artifactFacts(record), renderBytes(record.size)].join(' · ');
  return {
    bundle: {
      'text/html': renderPanel({ title: record.key, facts, body }).markup,
      'text/plain': renderArtifact(record),
    },
  };
}

function modelBody(record: ArtifactRecord): Html {
  const { metrics, parameters, signature } = (record.metadata ?? {}) as {
    readonly metrics?: Readonly<Record<string, number | string>>;
    readonly parameters?: Readonly<Record<string, string>>;
    readonly signature?: {
      readonly inputs?: readonly { readonly name: string; readonly type: string }[];
      readonly outputs?: readonly { readonly name: string; readonly type: string }[];
    };
  };
  const columns = [
    pairs('Metrics', metrics ?? {}),
    pairs('Parameters', parameters ?? {}),
    pairs('Takes', typesOf(signature?.inputs)),
    pairs('Gives', typesOf(signature?.outputs)),
  ];
  return html`<section class="cols">${columns}</section>${filesBody(record)}`;
}

const typesOf = (
  fields: readonly { readonly name: string; readonly type: string }[] = [],
): Readonly<Record<string, string>> =>
  Object.fromEntries(fields.slice(0, 30).map(({ name, type }) => [name, type]));

function pairs(title: string, values: Readonly<Record<string, number | string>>): Html | undefined {
  const rows = Object.entries(values).map(
    ([name, value]) =>
      html`<tr><th>${name}</th><td class="${typeof value === 'number' ? 'n' : ''}">${shortValue(value)}</td></tr>`,
  );
  return rows.length === 0 ? undefined : html`<div><h4>${title}</h4><table>${rows}</table></div>`;
}

function filesBody({ files, uri }: ArtifactRecord): Html {
  const shown = files.slice(0, 20).join(', ');
  const more = files.length > 20 ? ' …' : '';
  return html`<section><p class="dim">${renderPlural(files.length, 'file')}: ${shown}${more}</p><p class="dim"><code>${uri}</code></p></section>`;
}
