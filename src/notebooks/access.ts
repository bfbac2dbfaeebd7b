import type ts from 'typescript-ast';
import { isFunctionLiteral, runsArgumentsAtOnce, unwrapExpression } from './call-expression.ts';
import { bindingNames, listNames } from './declared-names.ts';
import type { Access } from './statement.ts';
import { typescript } from './typescript.ts';

const changingMethods =
  /^(?:push|pop|shift|unshift|splice|sort|reverse|fill|copyWithin|set|add|delete|clear|append|next|set[A-Z]\w*)$/;

/** Functions of the language that change their first argument. */
const changingFunctions =
  /^(?:Object\.(?:assign|defineProperty|defineProperties|setPrototypeOf)|Reflect\.(?:set|deleteProperty|defineProperty))$/;

/** What happens to the variable at this use of its name: is it read, assigned, or is the value behind it changed? */
export function accessOf(identifier: ts.Node): Access {
  const api = typescript();
  const chain = accessChain(identifier);
  const parent = chain.parent;
  const changed: Access = chain === identifier ? 'assign' : 'change';
  if (isAssigned(chain)) return changed;
  if (api.isDeleteExpression(parent)) return 'change';
  if (changingMethods.test(methodOf(chain) ?? '')) return 'call-change';
  if (api.isCallExpression(parent) && parent.arguments[0] === chain)
    if (changingFunctions.test(parent.expression.getText())) return 'change';
  return changesElements(chain) ? 'change' : 'read';
}

/** Name of the method in `name.a.method(…)`. */
export function calledMethod(identifier: ts.Identifier): string | undefined {
  return methodOf(accessChain(identifier));
}

function methodOf(chain: ts.Node): string | undefined {
  const api = typescript();
  const isCall = api.isCallExpression(chain.parent) && chain.parent.expression === chain;
  return isCall && api.isPropertyAccessExpression(chain) ? chain.name.text : undefined;
}

/** The function, named or a method, that the value or a part of it is given to. */
export function argumentPlace(
  identifier: ts.Identifier,
): { readonly callee: string; readonly index: number } | undefined {
  const api = typescript();
  const chain = accessChain(identifier);
  const { parent } = chain;
  if (!(api.isCallExpression(parent) || api.isNewExpression(parent)) || parent.expression === chain)
    return undefined;
  const index = parent.arguments?.indexOf(chain as ts.Expression) ?? -1;
  return index >= 0 && api.isIdentifier(parent.expression)
    ? { callee: parent.expression.text, index }
    : undefined;
}

/** `for (const row of rows) row.done = true` and `rows.forEach((row) => { row.done = true })` change `rows`. */
function changesElements(chain: ts.Node): boolean {
  const api = typescript();
  const whole = iterated(chain);
  const { parent } = whole;
  if (api.isForOfStatement(parent) && parent.expression === whole)
    return (
      api.isVariableDeclarationList(parent.initializer) &&
      changesAny(parent.statement, listNames(parent.initializer))
    );
  if (!api.isCallExpression(parent) || parent.expression !== whole || !runsArgumentsAtOnce(parent))
    return false;
  return parent.arguments.some((argument) => {
    const literal = unwrapExpression(argument);
    return (
      isFunctionLiteral(literal) &&
      changesAny(
        literal.body,
        literal.parameters.flatMap((parameter) => bindingNames(parameter.name)),
      )
    );
  });
}

/** Around `rows`: `rows.entries()`, `Object.values(rows)`, `Object.entries(rows).slice(1)`. */
function iterated(chain: ts.Node): ts.Node {
  const api = typescript();
  const { parent } = chain;
  if (!api.isCallExpression(parent)) return chain;
  const isView =
    (parent.arguments[0] === chain &&
      /^(?:Object\.(?:values|entries)|Array\.from)$/.test(parent.expression.getText())) ||
    (parent.expression === chain && /^(?:entries|values|filter|slice)$/.test(methodOf(chain) ?? ''));
  if (!isView) return chain;
  const next = parent.parent;
  return iterated(api.isPropertyAccessExpression(next) && next.expression === parent ? next : parent);
}

/** Whether code changes what one of these names holds; an assignment to the name itself is none. */
export function changesAny(code: ts.Node, names: readonly string[]): boolean {
  const api = typescript();
  const wanted = new Set(names);
  const visit = (node: ts.Node): boolean => {
    if (api.isIdentifier(node) && wanted.has(node.text)) {
      const access = accessOf(node);
      if (access === 'change' || access === 'call-change') return true;
    }
    return api.forEachChild(node, (child) => visit(child) || undefined) ?? false;
  };
  return visit(code);
}

/** The whole of `name.a[0].b` around the identifier. */
function accessChain(identifier: ts.Node): ts.Node {
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
