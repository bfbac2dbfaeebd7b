/** What people call the forms in which plots and reports are kept. */
const names: Readonly<Record<string, string>> = {
  'image/svg+xml': 'SVG',
  'image/png': 'PNG',
  'image/jpeg': 'JPEG',
  'text/html': 'HTML',
  'text/csv': 'CSV',
  'text/plain': 'text',
  'text/markdown': 'Markdown',
  'text/x-diff': 'diff',
  'application/json': 'JSON',
  'application/x-ndjson': 'JSON lines',
  'application/x-ipynb+json': 'notebook',
};

/** A media type in words, `Vega-Lite` or `SVG`; one without a common name as it is, without its parameters. */
export function mediaTypeName(mediaType: string): string {
  const [type = ''] = mediaType.split(';');
  if (type.startsWith('application/vnd.vegalite')) return 'Vega-Lite';
  return names[type.trim().toLowerCase()] ?? type.trim();
}
