import type ts from 'typescript-ast';
import { typescript } from '../../notebooks/typescript.ts';

/** An operand whose value a node needs at once, and what for. */
export interface ValueUse {
  readonly operand: ts.Node;
  readonly use: string;
}

/** The operands of a node that must have a value now; none of them may be a reference. */
export function useOf(node: ts.Node): readonly ValueUse[] {
  return [...conditionOf(node), ...operandsOf(node), ...spreadsOf(node), ...callsOf(node)];
}

function conditionOf(node: ts.Node): readonly ValueUse[] {
  const api = typescript();
  const as = (operand: ts.Node | undefined): readonly ValueUse[] =>
    operand === undefined ? [] : [{ operand, use: 'as a condition' }];
  if (
    api.isIfStatement(node) ||
    api.isWhileStatement(node) ||
    api.isDoStatement(node) ||
    api.isSwitchStatement(node)
  )
    return as(node.expression);
  if (api.isConditionalExpression(node) || api.isForStatement(node)) return as(node.condition);
  if (api.isPrefixUnaryExpression(node) && node.operator === api.SyntaxKind.ExclamationToken)
    return as(node.operand);
  if (api.isBinaryExpression(node) && isLogical(node.operatorToken.kind)) return as(node.left);
  return [];
}

function operandsOf(node: ts.Node): readonly ValueUse[] {
  const api = typescript();
  if (api.isBinaryExpression(node)) {
    const use = binaryUse(node.operatorToken.kind);
    return use === undefined ? [] : [node.left, node.right].map((operand) => ({ operand, use }));
  }
  if (api.isPrefixUnaryExpression(node) && node.operator !== api.SyntaxKind.ExclamationToken)
    return [{ operand: node.operand, use: 'in arithmetic' }];
  if (api.isPostfixUnaryExpression(node)) return [{ operand: node.operand, use: 'in arithmetic' }];
  if (api.isTemplateSpan(node)) return [{ operand: node.expression, use: 'in a template text' }];
  if (api.isAwaitExpression(node)) return [{ operand: node.expression, use: 'with await' }];
  return [];
}

function spreadsOf(node: ts.Node): readonly ValueUse[] {
  const api = typescript();
  if (api.isForOfStatement(node) || api.isForInStatement(node))
    return [{ operand: node.expression, use: 'as a list to go through' }];
  if (api.isSpreadElement(node) || api.isSpreadAssignment(node))
    return [{ operand: node.expression, use: 'with a spread (...)' }];
  return [];
}

/** Methods of a value (`d.rows.map(…)`) and conversions (`String(d.n)`). */
function callsOf(node: ts.Node): readonly ValueUse[] {
  const api = typescript();
  if (!api.isCallExpression(node)) return [];
  const callee = node.expression;
  const text = callee.getText();
  if (
    [
      'String',
      'Number',
      'Boolean',
      'BigInt',
      'JSON.stringify',
      'Array.from',
      'Object.keys',
      'Object.entries',
    ].includes(text)
  )
    return node.arguments.slice(0, 1).map((operand) => ({ operand, use: `by ${text}(…)` }));
  return api.isPropertyAccessExpression(callee)
    ? [{ operand: callee.expression, use: `as a value whose method "${callee.name.text}" is called` }]
    : [];
}

function isLogical(kind: ts.SyntaxKind): boolean {
  const { SyntaxKind } = typescript();
  return (
    kind === SyntaxKind.AmpersandAmpersandToken ||
    kind === SyntaxKind.BarBarToken ||
    kind === SyntaxKind.QuestionQuestionToken
  );
}

function binaryUse(kind: ts.SyntaxKind): string | undefined {
  const { SyntaxKind } = typescript();
  switch (kind) {
    case SyntaxKind.EqualsEqualsToken:
    case SyntaxKind.EqualsEqualsEqualsToken:
    case SyntaxKind.ExclamationEqualsToken:
    case SyntaxKind.ExclamationEqualsEqualsToken:
    case SyntaxKind.LessThanToken:
    case SyntaxKind.LessThanEqualsToken:
    case SyntaxKind.GreaterThanToken:
    case SyntaxKind.GreaterThanEqualsToken:
      return 'in a comparison';
    case SyntaxKind.PlusToken:
    case SyntaxKind.MinusToken:
    case SyntaxKind.AsteriskToken:
    case SyntaxKind.SlashToken:
    case SyntaxKind.PercentToken:
    case SyntaxKind.AsteriskAsteriskToken:
    case SyntaxKind.PlusEqualsToken:
    case SyntaxKind.MinusEqualsToken:
      return 'in arithmetic';
    default:
      return undefined;
  }
}
