import { notebookInvalid } from './errors.ts';

/** `JSON.parse`, failing with the line and column of what is wrong. */
export function parseJsonText(text: string, path: string): unknown {
  if (text.trim() === '')
    throw notebookInvalid(`notebook "${path}" cannot be read: the file is empty`, {
      hint: 'save the notebook first',
      location: { notebook: path },
    });
  try {
    return JSON.parse(text);
  } catch (error) {
    const offset = errorOffset(text, error as SyntaxError);
    const before = text.slice(0, offset);
    const line = before.split('\n').length;
    const column = offset - before.lastIndexOf('\n');
    throw notebookInvalid(
      `notebook "${path}" cannot be read: it is not valid JSON at line ${line}, column ${column}`,
      {
        hint: text.includes('<<<<<<<')
          ? 'the file has merge conflict markers; resolve them first'
          : 'restore the file from version control or from .ipynb_checkpoints',
        location: { notebook: path, line, column },
        cause: error,
      },
    );
  }
}

/** Where V8 says it stopped; its message tells the position except at the end of the text. */
function errorOffset(text: string, error: SyntaxError): number {
  const position = /at position (\d+)/.exec(error.message)?.[1];
  if (position !== undefined) return Number(position);
  const snippet = /"((?:\.\.\.)?)([\s\S]*?)((?:\.\.\.)?)" is not valid JSON/.exec(error.message)?.[2];
  const found = snippet ? text.indexOf(snippet) : -1;
  const token = /Unexpected token '(.*?)'/s.exec(error.message)?.[1];
  if (found < 0) return text.length;
  const inside = token ? text.indexOf(token, found) : -1;
  return inside >= 0 ? inside : found;
}
