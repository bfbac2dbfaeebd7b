import { escapeXml } from '../../core/escape-markup.ts';
import type { CellTiming } from '../../notebooks/headless/execute-notebook.ts';
import type { NotebookTest } from './test-notebooks.ts';

/** The results as JUnit XML: a suite a notebook, a case a cell, as CI systems read it. */
export function renderJunit(tests: readonly NotebookTest[]): string {
  const suites = tests.map(renderSuite);
  const failures = tests.filter((test) => test.state === 'failed').length;
  const time = seconds(tests.reduce((sum, test) => sum + test.milliseconds, 0));
  const count = tests.reduce((sum, test) => sum + casesOf(test).length, 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="slipway notebook test" tests="${count}" failures="${failures}" time="${time}">`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

/** A notebook that failed outside of a cell, or never came to one, still has a case that says so. */
function casesOf(test: NotebookTest): readonly CellTiming[] {
  const cells = test.cells.filter(({ number }) => number > 0);
  const failed = cells.some(({ state }) => state === 'error' || state === 'stopped');
  if (failed || test.state === 'passed') return cells;
  return [
    ...cells,
    { number: 0, id: '', state: test.state === 'failed' ? 'error' : 'stopped', milliseconds: 0 },
  ];
}

function renderSuite(test: NotebookTest): string {
  const cases = casesOf(test);
  const name = attribute(test.name);
  const skipped = cases.filter(({ state }) => state === 'skipped').length;
  const failures = test.state === 'failed' ? 1 : 0;
  return [
    `  <testsuite name="${name}" tests="${cases.length}" failures="${failures}" skipped="${skipped}" time="${seconds(test.milliseconds)}">`,
    ...cases.map((cell) => renderCase(test, cell)),
    '  </testsuite>',
  ].join('\n');
}

function renderCase(test: NotebookTest, cell: CellTiming): string {
  const name = cell.number === 0 ? 'notebook' : `cell ${cell.number}`;
  const open = `    <testcase classname="${attribute(test.name)}" name="${name}" time="${seconds(cell.milliseconds)}"`;
  if (cell.state === 'completed') return `${open}/>`;
  if (cell.state === 'skipped') return `${open}><skipped/></testcase>`;
  const { code = 'STOPPED', message = 'stopped before it ended' } = test.error ?? {};
  const detail = test.error ? markup(describe(test)) : '';
  return `${open}><failure type="${attribute(code)}" message="${attribute(message)}">${detail}</failure></testcase>`;
}

function describe({ error }: NotebookTest): string {
  if (!error) return '';
  const place = [error.notebook, error.cell && `cell ${error.cell}`, error.line && `line ${error.line}`];
  return [error.message, place.filter(Boolean).join(', '), error.sourceLine ?? '', error.hint ?? '']
    .filter((line) => line !== '')
    .join('\n');
}

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(3);
const attribute = (text: string): string => markup(text).replaceAll('\n', '&#10;');

/** A reader of the report sees where a character was lost. */
const markup = (text: string): string => escapeXml(text, '\ufffd');
