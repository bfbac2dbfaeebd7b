import type ts from 'typescript-ast';
import type { Definition, NameIndex } from '../resolve-name.ts';
import type { Statement } from '../statement.ts';
import { typescript } from '../typescript.ts';

/** Whether a statement, when it runs, calls one of the functions, directly or through others. */
export function callsAny(
  index: NameIndex,
  cell: number,
  statement: Statement,
  wanted: ReadonlySet<Statement>,
): boolean {
  return search(index, cell, statement, true, wanted, new Set());
}

function search(
  index: NameIndex,
  cell: number,
  statement: Statement,
  eager: boolean,
  wanted: ReadonlySet<Statement>,
  seen: Set<Statement>,
): boolean {
  if (seen.has(statement)) return false;
  seen.add(statement);
  return statement.references
    .filter((reference) => (reference.called || reference.given) && reference.eager === eager)
    .some((reference) => {
      const definition = index.resolve(cell, reference);
      return definition?.statements.some(
        (each) => wanted.has(each) || search(index, definition.cell, each, false, wanted, seen),
      );
    });
}

/** Whether a function of the notebook gives something back. */
export function returnsValue({ statements }: Definition): boolean {
  const api = typescript();
  const visit = (node: ts.Node): boolean => {
    if (api.isReturnStatement(node)) return node.expression !== undefined;
    if (api.isArrowFunction(node) && !api.isBlock(node.body)) return true;
    return api.forEachChild(node, (child) => visit(child) || undefined) ?? false;
  };
  return statements.some(({ node }) => visit(node));
}
