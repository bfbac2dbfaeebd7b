import type ts from 'typescript-ast';
import type { Access } from './statement.ts';
import { typescript } from './typescript.ts';

const changingMethods: ReadonlySet<string> = new Set(
  'push pop shift unshift splice sort reverse fill copyWithin set add delete clear'.split(' '),
);

/** What happens to the variable at this use of its name: is it read, assigned, or is the value behind it changed? */
export function accessOf(identifier: ts.Identifier): Access {
  const api = typescript();
  const chain = accessChain(identifier);
  const parent = chain.parent;
  const changed: Access = chain === identifier ? 'assign' : 'change';
  if (isAssigned(chain)) return changed;
  if (api.isDeleteExpression(parent)) return 'change';
  const method = api.isPropertyAccessExpression(chain) ? chain.name.text : '';
  if (api.isCallExpression(parent) && parent.expression === chain && changingMethods.has(method))
    return 'call-change';
  return 'read';
}

/** The whole of `name.a[0].b` around the identifier. */
function accessChain(identifier: ts.Identifier): ts.Node {
  const api = typescript();
  let node: ts.Node = identifier;
  for (;;) {
    const { parent }: ts.Node = node;
    const goesOn =
      (api.isPropertyAccessExpression(parent) && parent.expression === node) ||
      (api.isElementAccessExpression(parent) && parent.expression === node) ||
      api.isNonNullExpression(parent) ||
      (api.isParenthesizedExpression(parent) && node !== identifier) ||
      (api.isAsExpression(parent) &&
        parent.expression === node &&
        api.isParenthesizedExpression(parent.parent));
    if (!goesOn) return node;
    node = parent;
  }
}

function isAssigned(node: ts.Node): boolean {
  const api = typescript();
  const { parent } = node;
  if (api.isBinaryExpression(parent) && parent.left === node)
    return (
      parent.operatorToken.kind >= api.SyntaxKind.FirstAssignment &&
      parent.operatorToken.kind <= api.SyntaxKind.LastAssignment
    );
  if (api.isPrefixUnaryExpression(parent) || api.isPostfixUnaryExpression(parent))
    return (
      parent.operator === api.SyntaxKind.PlusPlusToken || parent.operator === api.SyntaxKind.MinusMinusToken
    );
  if ((api.isForOfStatement(parent) || api.isForInStatement(parent)) && parent.initializer === node)
    return true;
  return isInAssignmentPattern(node);
}

/** `[a, { b: c }] = …` and `for ([a] of …)`: the names inside are assigned. */
function isInAssignmentPattern(node: ts.Node): boolean {
  const api = typescript();
  const { parent } = node;
  const isElement =
    api.isArrayLiteralExpression(parent) ||
    api.isSpreadElement(parent) ||
    api.isSpreadAssignment(parent) ||
    api.isShorthandPropertyAssignment(parent) ||
    (api.isPropertyAssignment(parent) && parent.initializer === node) ||
    (api.isObjectLiteralExpression(parent) && !api.isIdentifier(node)) ||
    api.isParenthesizedExpression(parent);
  return isElement && isAssigned(parent);
}
