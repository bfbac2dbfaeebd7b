import type ts from 'typescript-ast';
import { unwrapExpression } from '../call-expression.ts';
import { bindingNames } from '../declared-names.ts';
import type { Statement } from '../statement.ts';
import { typescript } from '../typescript.ts';

/**
 * Names whose value a declared name shares: `rows` for `first` in `const first = rows[0]`, for `a` in `const { a } = rows`. Changing the
 * one changes the other.
 */
export function aliasedNames({ node }: Statement, name: string): string[] {
  const api = typescript();
  if (!api.isVariableStatement(node)) return [];
  return node.declarationList.declarations.flatMap((declaration) => {
    if (!declaration.initializer || !bindingNames(declaration.name).includes(name)) return [];
    const root = rootName(declaration.initializer);
    return root === undefined ? [] : [root];
  });
}

/** `rows` of `rows`, `rows[0].items`, `rows.at(-1)`, `rows.find(…)`. */
function rootName(expression: ts.Expression): string | undefined {
  const api = typescript();
  const inner = unwrapExpression(expression);
  if (api.isIdentifier(inner)) return inner.text;
  if (api.isPropertyAccessExpression(inner) || api.isElementAccessExpression(inner))
    return rootName(inner.expression);
  const isLookUp =
    api.isCallExpression(inner) &&
    api.isPropertyAccessExpression(inner.expression) &&
    /^(?:at|find|findLast|get)$/.test(inner.expression.name.text);
  return isLookUp ? rootName(inner.expression) : undefined;
}
