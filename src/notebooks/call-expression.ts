import type ts from 'typescript-ast';
import { typescript } from './typescript.ts';

/** Methods that call what they are given at once, so that a function passed to them at top level runs at once too. */
const immediateMethods: ReadonlySet<string> = new Set(
  (
    'map filter reduce reduceRight forEach some every find findIndex findLast findLastIndex flatMap sort toSorted ' +
    'from then catch finally replace replaceAll fromEntries groupBy'
  ).split(' '),
);

/** Whether a call runs the functions among its arguments before it ends, as far as its name tells. */
export function runsArgumentsAtOnce(node: ts.CallExpression | ts.NewExpression): boolean {
  const api = typescript();
  const { expression } = node;
  if (api.isNewExpression(node)) return api.isIdentifier(expression) && expression.text === 'Promise';
  return api.isPropertyAccessExpression(expression) && immediateMethods.has(expression.name.text);
}

/** Whether the name is what a call, `new` or tagged template calls. */
export function isCalled(identifier: ts.Identifier): boolean {
  const api = typescript();
  const { parent } = identifier;
  if (api.isTaggedTemplateExpression(parent)) return parent.tag === identifier;
  return (api.isCallExpression(parent) || api.isNewExpression(parent)) && parent.expression === identifier;
}

/** Whether the name itself is an argument of a call. */
export function isGiven(identifier: ts.Identifier): boolean {
  const api = typescript();
  const { parent } = identifier;
  return (api.isCallExpression(parent) || api.isNewExpression(parent)) && parent.expression !== identifier;
}

/** The expression inside parentheses, `as`, `satisfies` and `!`. */
export function unwrapExpression(node: ts.Expression): ts.Expression {
  const api = typescript();
  return api.isParenthesizedExpression(node) ||
    api.isAsExpression(node) ||
    api.isSatisfiesExpression(node) ||
    api.isNonNullExpression(node) ||
    api.isTypeAssertionExpression(node)
    ? unwrapExpression(node.expression)
    : node;
}

export function isFunctionLiteral(node: ts.Node): node is ts.FunctionExpression | ts.ArrowFunction {
  const api = typescript();
  return api.isFunctionExpression(node) || api.isArrowFunction(node);
}
