import type ts from 'typescript-ast';
import { accessOf } from '../access.ts';
import { isFunctionLiteral } from '../call-expression.ts';
import type { CellSource } from '../read-cells.ts';
import { functionNames } from '../reference-scope.ts';
import { typescript } from '../typescript.ts';

/**
 * Names of the methods that notebook cells themselves define, in classes and object literals, and that change their object or
 * something outside of themselves. A call of such a method changes what it is called on.
 */
export function changingMethods(cells: readonly CellSource[]): ReadonlySet<string> {
  const methods = cells
    .filter((cell) => cell.excluded === undefined)
    .flatMap((cell) => collectMethods(cell.analysed.file));
  const changing = new Set<string>();
  let size = -1;
  // a method that calls a changing one changes too
  while (size < changing.size) {
    size = changing.size;
    for (const { name, body, own } of methods) if (isChanging(body, own, changing)) changing.add(name);
  }
  return changing;
}

interface Method {
  readonly name: string;
  readonly body: ts.Node;
  /** Names that it declares itself. */
  readonly own: ReadonlySet<string>;
}

function collectMethods(file: ts.SourceFile): Method[] {
  const api = typescript();
  const found: Method[] = [];
  const visit = (node: ts.Node): void => {
    const holder =
      api.isMethodDeclaration(node) || api.isPropertyAssignment(node) || api.isPropertyDeclaration(node)
        ? node
        : undefined;
    const code = holder && (api.isMethodDeclaration(holder) ? holder : holder.initializer);
    if (holder && code && api.isIdentifier(holder.name))
      if ((api.isMethodDeclaration(code) || isFunctionLiteral(code)) && code.body)
        found.push({ name: holder.name.text, body: code.body, own: new Set(functionNames(code)) });
    api.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function isChanging(body: ts.Node, own: ReadonlySet<string>, known: ReadonlySet<string>): boolean {
  const api = typescript();
  const visit = (node: ts.Node): boolean => {
    if (api.isIdentifier(node) && !own.has(node.text) && isVariable(node) && accessOf(node) !== 'read')
      return true;
    if (node.kind === api.SyntaxKind.ThisKeyword && accessOf(node) !== 'read') return true;
    if (api.isCallExpression(node) && api.isPropertyAccessExpression(node.expression)) {
      const { expression, name } = node.expression;
      const isOwn =
        expression.kind === api.SyntaxKind.ThisKeyword || expression.kind === api.SyntaxKind.SuperKeyword;
      if (isOwn && known.has(name.text)) return true;
    }
    return api.forEachChild(node, (child) => visit(child) || undefined) ?? false;
  };
  return visit(body);
}

/** Not the `b` of `a.b`, nor a key. */
function isVariable({ parent }: ts.Identifier): boolean {
  const api = typescript();
  return !(
    (api.isPropertyAccessExpression(parent) && !api.isIdentifier(parent.expression)) ||
    api.isPropertyAssignment(parent)
  );
}
