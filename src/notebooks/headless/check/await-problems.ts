import type ts from 'typescript-ast';
import { typescript } from '../../typescript.ts';
import { type CheckedCell, type NotebookProblem, placeAt } from './checked-cell.ts';

/**
 * tslab looks for `await` at the top of a cell before it makes an async function of it: it misses `await (…)` and
 * `for await`, unless there is a plain one besides.
 */
export function awaitProblems(cell: CheckedCell): readonly NotebookProblem[] {
  const api = typescript();
  const { file } = cell.analysed;
  const missed: { readonly node: ts.Node; readonly message: string }[] = [];
  let plain = 0;
  const visit = (node: ts.Node): void => {
    if (api.isFunctionLike(node) || api.isClassLike(node)) return;
    if (api.isForOfStatement(node) && node.awaitModifier)
      missed.push({ node, message: 'tslab refuses "for await" in a cell that awaits nothing else' });
    if (api.isAwaitExpression(node)) {
      if (/^await\s*\(/.test(node.getText(file)))
        missed.push({ node, message: 'tslab takes "await (…)" for a call of a function named "await"' });
      else plain += 1;
    }
    api.forEachChild(node, visit);
  };
  visit(file);
  if (plain > 0) return [];
  return missed.map(({ node, message }) => ({
    severity: 'error',
    rule: 'kernel',
    message: `${message}; name the value first and await that, or add "await null"`,
    ...placeAt(cell, node.getStart(file)),
  }));
}
