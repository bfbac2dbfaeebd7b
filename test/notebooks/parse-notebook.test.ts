import { describe, expect, it } from 'vitest';
import { parseNotebook } from '../../src/notebooks/parse-notebook.ts';
import { notebookText } from './notebook-text.ts';

describe('parseNotebook', () => {
  it('reads code cells in order, numbered as a reader counts them', () => {
    const text = notebookText([
      { source: '# Title', type: 'markdown' },
      'const a = 1',
      { source: ['const b = 2\n', 'b'] },
    ]);
    const { cells } = parseNotebook(text, 'n.ipynb');
    expect(cells.map(({ number, id, source }) => [number, id, source])).toEqual([
      [1, 'id-2', 'const a = 1'],
      [2, 'id-3', 'const b = 2\nb'],
    ]);
  });

  it('gives cells of old files ids that depend on position and content alone', () => {
    const text = notebookText(['const a = 1', 'const a = 1']).replace(/^ {3}"id": .*\n/gm, '');
    const [first, second] = parseNotebook(text, 'n.ipynb').cells;
    expect(first?.id).toMatch(/^cell-[0-9a-f]{12}$/);
    expect(second?.id).not.toBe(first?.id);
    expect(parseNotebook(text, 'other.ipynb').cells[0]?.id).toBe(first?.id);
  });

  it('makes every line ending a line feed', () => {
    expect(parseNotebook(notebookText(['a\r\nb\rc']), 'n.ipynb').cells[0]?.source).toBe('a\nb\nc');
  });

  it('skips cells in other languages with a note and keeps their numbers', () => {
    const notebook = parseNotebook(
      notebookText([{ source: 'print(1)', language: 'python' }, 'const a = 1']),
      'n.ipynb',
    );
    expect(notebook.notes).toEqual(['cell 1 is skipped: its language is python']);
    expect(notebook.cells.map((cell) => cell.excluded)).toEqual(['language is python', undefined]);
  });

  it.each([
    'ignore',
    'slipway-ignore',
    'mlrun-ignore',
    'injected-parameters',
    'skip-execution',
    'raises-exception',
  ])('leaves out cells tagged "%s"', (tag) => {
    const [cell] = parseNotebook(notebookText([{ source: 'const a = 1', tags: [tag] }]), 'n.ipynb').cells;
    expect(cell?.excluded).toBe(`it is tagged "${tag}"`);
  });

  it.each([
    ['', 'the file is empty'],
    ['{\n "cells": [,]\n}', 'line 2, column 12'],
    ['{"cells": []', 'not valid JSON at line 1, column 13'],
    ['[]', 'its content is not an object'],
    ['{"cells": []}', 'it has no "nbformat"'],
    ['{"nbformat": 3, "worksheets": []}', '"nbformat" is 3, not 4'],
    ['{"nbformat": 4}', 'it has no list of "cells"'],
    ['{"nbformat": 4, "cells": [7]}', 'entry 1 of "cells" is not an object'],
    ['{"nbformat": 4, "cells": [{"cell_type": "code", "source": 5}]}', 'source of code cell 1'],
  ])('says what is wrong with %j', (text, message) => {
    expect(() => parseNotebook(text, 'broken.ipynb')).toThrow(
      expect.objectContaining({ code: 'NOTEBOOK_INVALID', message: expect.stringContaining(message) }),
    );
    expect(() => parseNotebook(text, 'broken.ipynb')).toThrow('"broken.ipynb"');
  });

  it('points at conflict markers', () => {
    const text = notebookText(['const a = 1']).replace(' "metadata"', '<<<<<<< HEAD\n "metadata"');
    expect(() => parseNotebook(text, 'n.ipynb')).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('conflict') }),
    );
  });
});
