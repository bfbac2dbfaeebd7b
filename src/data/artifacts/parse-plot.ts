import { isUtf8 } from 'node:buffer';
import { messageOf } from '../../core/error.ts';
import { canonicalJson, toJson } from '../../core/json.ts';
import type { PlotContent } from '../artifact.ts';
import { invalidPlot } from '../errors.ts';

export interface ParsedPlot {
  readonly bytes: string | Uint8Array;
  /** What shows it. */
  readonly format: 'svg' | 'png' | 'html' | 'vega-lite';
  readonly extension: string;
  readonly mediaType: string;
}

/** Finds out what a plot is by its content, and refuses what cannot be shown. */
export function parsePlot(key: string, plot: PlotContent): ParsedPlot {
  if (typeof plot === 'string') return parseText(key, plot);
  if (plot instanceof Uint8Array) return parseBytes(key, plot);
  if (typeof plot === 'object' && plot !== null && !Array.isArray(plot)) return parseVegaLite(key, plot);
  throw unknownPlot(key);
}

const pngStart = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const pngEnd = Buffer.from([0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82]);

function parseBytes(key: string, bytes: Uint8Array): ParsedPlot {
  if (pngStart.equals(bytes.subarray(0, pngStart.length))) {
    if (!pngEnd.equals(bytes.subarray(-pngEnd.length)))
      throw invalidPlot(`plot "${key}" is a PNG that is cut off`, { hint: 'write the image completely' });
    return { bytes, format: 'png', extension: 'png', mediaType: 'image/png' };
  }
  if (bytes.length > 0 && isUtf8(bytes)) return parseText(key, new TextDecoder().decode(bytes));
  throw unknownPlot(key);
}

const prologue = /^(?:\ufeff|\s+|<\?xml[^>]*\?>|<!--[\s\S]*?-->|<!DOCTYPE svg[^>]*>)*/i;

function parseText(key: string, text: string): ParsedPlot {
  const body = text.replace(prologue, '');
  if (/^<svg[\s>/]/i.test(body)) {
    if (!isClosedSvg(body))
      throw invalidPlot(`plot "${key}" is an SVG that is cut off: "</svg>" is missing`, {
        hint: 'write the drawing completely',
      });
    return { bytes: text, format: 'svg', extension: 'svg', mediaType: 'image/svg+xml' };
  }
  if (/^<(?:!doctype html|[a-z][a-z0-9-]*[\s>/])/i.test(body))
    return { bytes: text, format: 'html', extension: 'html', mediaType: 'text/html; charset=utf-8' };
  if (body.startsWith('{')) return parseVegaLite(key, parseObject(key, body));
  throw unknownPlot(key);
}

function isClosedSvg(body: string): boolean {
  let end = body.trimEnd();
  while (end.endsWith('-->')) end = end.slice(0, Math.max(0, end.lastIndexOf('<!--'))).trimEnd();
  return /<\/svg\s*>$/i.test(end.slice(-100)) || /^<svg[^>]*\/>$/i.test(end);
}

function parseObject(key: string, text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw invalidPlot(`plot "${key}" begins like a Vega-Lite specification, but is no JSON`, {
      hint: messageOf(error),
      cause: error,
    });
  }
}

const views = ['mark', 'layer', 'hconcat', 'vconcat', 'concat', 'spec'];

function parseVegaLite(key: string, spec: Readonly<Record<string, unknown>>): ParsedPlot {
  const schema = spec.$schema;
  if (schema !== undefined && (typeof schema !== 'string' || !schema.includes('/vega-lite/')))
    throw invalidPlot(`plot "${key}" has the $schema "${String(schema)}", which is not Vega-Lite's`, {
      hint: 'give a Vega-Lite specification, or draw the plot as SVG, PNG or HTML',
    });
  if (!views.some((view) => view in spec))
    throw invalidPlot(`plot "${key}" is no Vega-Lite specification: it has none of ${views.join(', ')}`, {
      hint: 'give at least { data, mark, encoding }',
    });
  const version = /\/vega-lite\/v(\d+)/.exec(String(schema ?? ''))?.[1] ?? '5';
  const complete = { $schema: `https://vega.github.io/schema/vega-lite/v${version}.json`, ...spec };
  return {
    bytes: `${canonicalJson(toJson(complete))}\n`,
    format: 'vega-lite',
    extension: 'vl.json',
    mediaType: `application/vnd.vegalite.v${version}+json`,
  };
}

function unknownPlot(key: string): Error {
  return invalidPlot(`plot "${key}" is neither SVG, PNG, HTML nor a Vega-Lite specification`, {
    hint: 'give "<svg …>" or HTML as text, the bytes of a PNG, or a Vega-Lite object',
  });
}
