import type ts from 'typescript-ast';
import { typescript } from '../../typescript.ts';
import { type CheckedCell, type NotebookProblem, placeAt } from './checked-cell.ts';
import type { CheckedProgram } from './checked-program.ts';

/**
 * `const { a: b } = conf` and `function f({ a: b }: Conf)` where another cell declares the type with `a`: tslab takes the `a` of the
 * pattern for a name of that cell and makes nonsense of it.
 */
export function renameProblems(checked: CheckedProgram): readonly NotebookProblem[] {
  return checked.cells.flatMap((cell) => {
    const source = checked.sourceOf(cell);
    return source && cell.moduleName === undefined ? problemsIn(checked, cell, source) : [];
  });
}

function problemsIn(checked: CheckedProgram, cell: CheckedCell, source: ts.SourceFile): NotebookProblem[] {
  const api = typescript();
  const found: NotebookProblem[] = [];
  const visit = (node: ts.Node, inFunction: boolean): void => {
    if (api.isBindingElement(node) && node.propertyName && api.isIdentifier(node.propertyName)) {
      const owner = otherCell(checked, cell, node.propertyName);
      if (owner)
        found.push({
          severity: 'error',
          rule: 'kernel',
          message: messageFor(node.propertyName.text, node.name.getText(source), owner, inFunction),
          ...placeAt(cell, node.getStart(source)),
        });
    }
    const isInner = inFunction || api.isFunctionLike(node);
    api.forEachChild(node, (child) => visit(child, isInner));
  };
  visit(source, false);
  return found;
}

function otherCell(
  { checker, cellOf }: CheckedProgram,
  cell: CheckedCell,
  property: ts.Identifier,
): CheckedCell | undefined {
  const declarations = checker.getSymbolAtLocation(property)?.declarations ?? [];
  return declarations
    .map((declaration) => cellOf(declaration.getSourceFile()))
    .find((owner) => owner !== undefined && owner !== cell && owner.moduleName === undefined);
}

function messageFor(property: string, local: string, owner: CheckedCell, inFunction: boolean): string {
  const where = `"${property}" is of a type of cell ${owner.number}`;
  return inFunction
    ? `{ ${property}: ${local} } in tslab makes names of other cells unreachable in this function: ${where}; take { ${property} } and rename it in a statement of its own`
    : `{ ${property}: ${local} } is a syntax error in tslab: ${where}; write const ${local} = ….${property}`;
}
