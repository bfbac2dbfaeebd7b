import { isUtf8 } from 'node:buffer';
import type { RichOutput } from '../../../core/rich-output.ts';
import { mediaTypeOf } from '../../../data/artifacts/media-type.ts';
import type { DataItem } from '../../../data/data-item.ts';
import { renderBytes } from '../../../data/render-artifact.ts';
import { tableFormatOf } from '../../../data/tables/table-format.ts';
import { html } from '../html/html.ts';
import { tableGrid } from '../table/table-grid.ts';
import { renderPanel } from './panel.ts';
import { gridOutput, shownRows } from './table-output.ts';

/** Bytes of a text that are shown. */
const textBytes = 4000;
/** Bytes of an image that are put into a notebook. */
const imageBytes = 5_000_000;

/** What a data item holds: a table as its first rows, an image as itself, of a text the beginning, of a folder the names. */
export async function itemOutput(
  item: Omit<DataItem, 'slipwayType'>,
  title: string = item.key,
): Promise<RichOutput> {
  const { size, isDirectory } = await item.stat();
  if (isDirectory) return textOutput(title, 'folder', (await item.ls()).join('\n'));
  if (tableFormatOf(item.name) !== undefined) {
    const table = await item.table().catch(() => undefined);
    if (table !== undefined) return gridOutput(title, tableGrid(table, shownRows), renderBytes(size));
  }
  const mediaType = mediaTypeOf(item.name);
  if (mediaType !== undefined && /^image\/(?:png|jpeg|gif)$/.test(mediaType) && size <= imageBytes)
    return {
      bundle: {
        [mediaType]: Buffer.from(await item.get()).toString('base64'),
        'text/plain': `${title} (${mediaType}, ${renderBytes(size)})`,
      },
    };
  const bytes = await item.get({ offset: 0, length: Math.min(size, textBytes) });
  const text = beginningOf(bytes);
  const cut = size > bytes.length ? `, first ${renderBytes(bytes.length)} shown` : '';
  return textOutput(title, `${renderBytes(size)}${text === undefined ? '' : cut}`, text ?? '');
}

/** Undefined for what is no text. A character may be cut at the end. */
function beginningOf(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  for (let cut = 0; cut < 4 && cut <= bytes.length; cut++) {
    const part = bytes.subarray(0, bytes.length - cut);
    if (isUtf8(part)) return new TextDecoder().decode(part);
  }
  return undefined;
}

function textOutput(title: string, facts: string, text: string): RichOutput {
  const body = text === '' ? undefined : html`<section class="scroll"><pre>${text}</pre></section>`;
  return {
    bundle: {
      'text/html': renderPanel({ title, facts, body }).markup,
      'text/plain': [`${title} (${facts})`, text].filter((part) => part !== '').join('\n'),
    },
  };
}
