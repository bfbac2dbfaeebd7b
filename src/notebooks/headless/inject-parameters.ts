import { notebookParamInvalid } from './errors.ts';
import { type FileCell, type NotebookFile, tagsOf } from './notebook-file.ts';
import { renderLiteral } from './render-literal.ts';

/**
 * The notebook with a cell tagged `injected-parameters` that sets these values: right after the first cell tagged `parameters`,
 * else at the top. A cell that an earlier run injected is replaced. Values, not code (see `renderLiteral`).
 * @throws NOTEBOOK_PARAM_INVALID for a name that is no identifier, or a value that cannot be written
 */
export function injectParameters(
  notebook: NotebookFile,
  values: Readonly<Record<string, unknown>>,
): NotebookFile {
  const cells = notebook.cells.filter((cell) => !tagsOf(cell).includes('injected-parameters'));
  if (Object.keys(values).length === 0) return { ...notebook, cells };
  const after = cells.findIndex((cell) => cell.cell_type === 'code' && tagsOf(cell).includes('parameters'));
  const injected: FileCell = {
    cell_type: 'code',
    id: freeId(cells),
    metadata: { tags: ['injected-parameters'] },
    source: renderParameters(values),
    outputs: [],
    execution_count: null,
  };
  return { ...notebook, cells: [...cells.slice(0, after + 1), injected, ...cells.slice(after + 1)] };
}

/** The statements of the injected cell, one a line. */
export function renderParameters(values: Readonly<Record<string, unknown>>): string {
  const statements = Object.entries(values).map(
    ([name, value]) => `let ${checkName(name)} = ${renderLiteral(value, name)};`,
  );
  return ['// parameters of this run', ...statements].join('\n');
}

/** Names that cannot be declared, or that kernels refuse. */
const reserved: ReadonlySet<string> = new Set(
  (
    'await break case catch class const continue debugger default delete do else enum export extends false finally for ' +
    'function if import in instanceof let new null return static super switch this throw true try typeof var void while ' +
    'with yield arguments eval exports require undefined'
  ).split(' '),
);

function checkName(name: string): string {
  if (/^[A-Za-z_$][\w$]*$/.test(name) && !name.startsWith('__') && !reserved.has(name)) return name;
  throw notebookParamInvalid(`parameter "${name}" cannot be a variable of a notebook`, {
    hint: 'use letters, digits, "_" and "$", not beginning with a digit or "__", and no reserved word',
  });
}

function freeId(cells: readonly FileCell[]): string {
  const taken = new Set(cells.map((cell) => cell.id));
  let id = 'injected-parameters';
  for (let at = 2; taken.has(id); at++) id = `injected-parameters-${at}`;
  return id;
}
