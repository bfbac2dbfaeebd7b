/** A cell for a test notebook: its source, or with tags and metadata. */
export type TestCell =
  | string
  | {
      readonly source: string | readonly string[];
      readonly tags?: readonly string[];
      readonly language?: string;
      readonly type?: string;
      readonly outputs?: readonly object[];
    };

/** Text of a notebook with these cells, as Jupyter with the tslab kernel saves it. */
export function notebookText(
  cells: readonly TestCell[],
  options: { readonly language?: string } = {},
): string {
  const language = options.language ?? 'typescript';
  const document = {
    cells: cells.map((cell, index) => {
      const {
        source,
        tags,
        language: own,
        type = 'code',
        outputs = [],
      } = typeof cell === 'string' ? { source: cell } : cell;
      const metadata = { ...(tags ? { tags } : {}), ...(own ? { vscode: { languageId: own } } : {}) };
      const common = { cell_type: type, id: `id-${index + 1}`, metadata, source };
      return type === 'code' ? { ...common, execution_count: null, outputs } : common;
    }),
    metadata: {
      kernelspec: { display_name: 'TypeScript', language, name: 'tslab' },
      language_info: { name: language },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
  return `${JSON.stringify(document, undefined, 1)}\n`;
}
