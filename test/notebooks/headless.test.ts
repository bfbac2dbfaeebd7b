import { describe, expect, it } from 'vitest';
import { cleanNotebook } from '../../src/notebooks/headless/clean-notebook.ts';
import { diffNotebooks, renderNotebookDiff } from '../../src/notebooks/headless/diff-notebooks.ts';
import { injectParameters, renderParameters } from '../../src/notebooks/headless/inject-parameters.ts';
import { parseNotebookFile, renderNotebookFile } from '../../src/notebooks/headless/notebook-file.ts';
import { CellOutputs } from '../../src/notebooks/headless/output-collector.ts';
import { renderNotebookHtml } from '../../src/notebooks/headless/render-html.ts';
import { renderLiteral } from '../../src/notebooks/headless/render-literal.ts';

interface CellDraft {
  readonly source: string | readonly string[];
  readonly id?: string;
  readonly tags?: readonly string[];
  readonly type?: 'code' | 'markdown';
  readonly metadata?: object;
  readonly outputs?: readonly object[];
}

function notebookText(cells: readonly CellDraft[], metadata: object = {}): string {
  return JSON.stringify({
    cells: cells.map(({ source, id, tags, type = 'code', metadata: own = {}, outputs = [] }) => ({
      cell_type: type,
      ...(id === undefined ? {} : { id }),
      metadata: { ...own, ...(tags ? { tags } : {}) },
      source,
      ...(type === 'code' ? { execution_count: 7, outputs } : {}),
    })),
    metadata,
    nbformat: 4,
    nbformat_minor: 5,
  });
}

const read = (cells: readonly CellDraft[]) => parseNotebookFile(notebookText(cells), 'nb.ipynb');
const evaluate = (text: string): unknown => new Function(`return (${text});`)() as unknown;

describe('a parameter written into a notebook', () => {
  it.each([
    ['a Date', new Date('2024-05-06T07:08:09.010Z')],
    ['a bigint beyond 2^53', 12345678901234567890n],
    ['nested values', { a: [1, -2.5, { 'b c': null, d: [true, 'x'] }], when: new Date(0), n: 3n }],
    ['a Map and a Set', new Map<string, unknown>([['k', new Set([1, 2])]])],
    ['numbers that JSON lacks', [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0]],
    ['text with quotes, breaks and separators', 'a"b`${1}\\n\n\u2028</script>'],
    ['a typed array', new Float64Array([1.5, 2])],
  ])('comes back as it was: %s', (_, value) => {
    expect(evaluate(renderLiteral(value))).toEqual(value);
  });

  it('never becomes code', () => {
    const text = '"; process.exit(1); "';
    expect(evaluate(renderLiteral(text))).toBe(text);
    expect(Object.getPrototypeOf(evaluate(renderLiteral(JSON.parse('{"__proto__": {"x": 1}}'))))).toBe(
      Object.prototype,
    );
  });

  it('is refused where it cannot be written, naming the place', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    expect(() => renderLiteral({ f: () => 1 }, 'p')).toThrow('"p.f" cannot be written');
    expect(() => renderLiteral(circle, 'p')).toThrow('contains itself');
    expect(() => renderLiteral([new (class Thing {})()], 'p')).toThrow('"p[0]"');
    expect(() => renderParameters({ 'not a name': 1 })).toThrow('cannot be a variable');
    expect(() => renderParameters({ class: 1 })).toThrow('cannot be a variable');
  });
});

describe('injecting parameters', () => {
  it('adds a tagged cell after the one tagged "parameters"', () => {
    const { cells } = injectParameters(
      read([{ source: 'a' }, { source: 'let lr = 1;', tags: ['parameters'] }, { source: 'b' }]),
      { lr: 0.01 },
    );
    expect(cells.map((cell) => cell.source)).toEqual([
      'a',
      'let lr = 1;',
      '// parameters of this run\nlet lr = 0.01;',
      'b',
    ]);
    expect(cells[2]?.metadata).toEqual({ tags: ['injected-parameters'] });
  });

  it('puts it at the top where no cell is tagged, and replaces what an earlier run injected', () => {
    const once = injectParameters(read([{ source: 'a' }]), { x: 1 });
    const twice = injectParameters(once, { x: 2 });
    expect(twice.cells.map((cell) => cell.source)).toEqual(['// parameters of this run\nlet x = 2;', 'a']);
  });
});

describe('cleaning a notebook', () => {
  const dirty = notebookText(
    [
      {
        id: 'one',
        source: ['x\n', 'y'],
        tags: ['export'],
        metadata: { collapsed: true, execution: { a: 1 }, custom: 1 },
        outputs: [{ output_type: 'stream', name: 'stdout', text: 'hi' }],
      },
      { id: 'two', source: '# T', type: 'markdown' },
    ],
    { kernelspec: { name: 'tslab' }, language_info: { name: 'typescript', version: '3.7.2' }, widgets: {} },
  );

  it('drops outputs, counts and volatile metadata, and keeps ids, tags and sources', () => {
    const cleaned = renderNotebookFile(cleanNotebook(parseNotebookFile(dirty, 'nb.ipynb')));
    expect(JSON.parse(cleaned)).toEqual({
      cells: [
        {
          cell_type: 'code',
          id: 'one',
          metadata: { custom: 1, tags: ['export'] },
          execution_count: null,
          outputs: [],
          source: ['x\n', 'y'],
        },
        { cell_type: 'markdown', id: 'two', metadata: {}, source: ['# T'] },
      ],
      metadata: { kernelspec: { name: 'tslab' }, language_info: { name: 'typescript' } },
      nbformat: 4,
      nbformat_minor: 5,
    });
    expect(cleaned.startsWith('{\n "cells": [\n  {\n')).toBe(true);
    expect(cleaned.endsWith('}\n')).toBe(true);
  });

  it('changes nothing the second time', () => {
    const once = renderNotebookFile(cleanNotebook(parseNotebookFile(dirty, 'nb.ipynb')));
    expect(renderNotebookFile(cleanNotebook(parseNotebookFile(once, 'nb.ipynb')))).toBe(once);
  });

  it('gives the cells of older files ids, the same ones every time', () => {
    const old = JSON.stringify({
      ...JSON.parse(notebookText([{ source: 'a' }, { source: 'a' }])),
      nbformat_minor: 2,
    });
    const ids = () => parseNotebookFile(old, 'nb.ipynb').cells.map((cell) => cell.id);
    expect(new Set(ids()).size).toBe(2);
    expect(ids()).toEqual(ids());
  });
});

describe('comparing notebooks', () => {
  const before = [
    { id: 'a', source: 'const a = 1;' },
    { id: 'b', source: 'keep\nold' },
    { id: 'c', source: 'gone' },
    { id: 'd', source: 'last' },
  ];

  it('finds added, removed, changed and moved cells by id', () => {
    const after = [
      before[3],
      { id: 'a', source: 'const a = 1;' },
      { id: 'b', source: 'keep\nnew' },
      { id: 'e', source: 'e' },
    ];
    const changes = diffNotebooks(read(before), read(after as CellDraft[]));
    expect(changes.map(({ id, kind }) => [id, kind])).toEqual([
      ['d', 'moved'],
      ['b', 'changed'],
      ['c', 'removed'],
      ['e', 'added'],
    ]);
    expect(renderNotebookDiff(changes, { before: 'x', after: 'y' })).toContain(
      '@@ cell 2 → 3 (code b) changed @@\n keep\n-old\n+new\n',
    );
  });

  it('sees no difference in outputs, counts, metadata, or ids alone', () => {
    const after = before.map((cell) => ({
      ...cell,
      id: `${cell.id}2`,
      outputs: [{ output_type: 'stream', name: 'stdout', text: 'x' }],
    }));
    expect(diffNotebooks(read(before), read(after))).toEqual([]);
  });
});

describe('the outputs of a cell', () => {
  it('keep beginning and end of a long text, and say how much is left out', () => {
    const outputs = new CellOutputs({ text: 1000 });
    for (let at = 0; at < 1000; at++) outputs.stream('stdout', `line ${at}\n`);
    const [stream] = outputs.outputs();
    const text = stream?.output_type === 'stream' ? stream.text : '';
    expect(text.length).toBeLessThan(1400);
    expect(text).toMatch(/^line 0\n/);
    expect(text).toMatch(/\[\d+ characters left out; the run's log has them all\]/);
    expect(text).toMatch(/line 999\n$/);
  });

  it('are updated in place under their display id', () => {
    const outputs = new CellOutputs();
    outputs.display({ type: 'display', data: { 'text/plain': '1' }, id: 'x', update: false });
    expect(outputs.update({ type: 'display', data: { 'text/plain': '2' }, id: 'x', update: true })).toBe(
      true,
    );
    expect(outputs.update({ type: 'display', data: {}, id: 'y', update: true })).toBe(false);
    expect(outputs.outputs()).toEqual([
      { output_type: 'display_data', data: { 'text/plain': '2' }, metadata: {} },
    ]);
  });
});

describe('the HTML of a notebook', () => {
  it('shows markdown, sources and outputs, and lets none of them act', () => {
    const html = renderNotebookHtml(
      read([
        {
          source: '# Title <script>x</script>\n\n- **one** [link](javascript:alert(1))\n\n`a<b`',
          type: 'markdown',
        },
        {
          source: 'a < b',
          outputs: [
            { output_type: 'display_data', data: { 'text/html': '<script>alert(1)</script>' }, metadata: {} },
            { output_type: 'error', ename: 'E', evalue: 'v', traceback: ['E: <v>'] },
          ],
        },
      ]),
      { title: 'n<b' },
    );
    // one script, the page's own; frames have none that runs
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).not.toContain('allow-scripts');
    expect(html).toContain('<h1>Title &lt;script&gt;');
    expect(html).toContain('<li><strong>one</strong> [link](javascript:alert(1))</li>');
    expect(html).toContain('<code>a&lt;b</code>');
    expect(html).toContain('<iframe sandbox="allow-same-origin" srcdoc="&lt;script&gt;');
    expect(html).toContain('<pre class="error">E: &lt;v&gt;</pre>');
  });
});
