import type ts from 'typescript-ast';
import { type Json, toJson } from '../core/json.ts';
import { unwrapExpression } from '../notebooks/call-expression.ts';
import { typescript } from '../notebooks/typescript.ts';
import { enumValues } from './enum-values.ts';
import { isFoundName, type SourceScope } from './source-scope.ts';

/** The value of an expression that is written out: numbers, also negative, texts, arrays, objects, `null`, enum members. */
export function literalValue(
  expression: ts.Expression,
  scope: SourceScope,
): { readonly value: Json } | undefined {
  const api = typescript();
  const node = unwrapExpression(expression);
  if (api.isNumericLiteral(node)) return { value: Number(node.text) };
  if (api.isStringLiteralLike(node)) return { value: node.text };
  if (api.isBigIntLiteral(node)) return { value: toJson(BigInt(node.text.slice(0, -1))) };
  if (node.kind === api.SyntaxKind.TrueKeyword) return { value: true };
  if (node.kind === api.SyntaxKind.FalseKeyword) return { value: false };
  if (node.kind === api.SyntaxKind.NullKeyword) return { value: null };
  if (api.isPrefixUnaryExpression(node)) return signedNumber(node, scope);
  if (api.isArrayLiteralExpression(node)) return arrayValue(node, scope);
  if (api.isObjectLiteralExpression(node)) return objectValue(node, scope);
  if (api.isPropertyAccessExpression(node) && api.isIdentifier(node.expression)) {
    const found = scope.find(node.expression.text);
    const value = isFoundName(found) ? enumValues(found.nodes)?.get(node.name.text) : undefined;
    return value === undefined ? undefined : { value };
  }
  return undefined;
}

function signedNumber(
  node: ts.PrefixUnaryExpression,
  scope: SourceScope,
): { readonly value: Json } | undefined {
  const api = typescript();
  const operand = unwrapExpression(node.operand);
  if (api.isBigIntLiteral(operand) && node.operator === api.SyntaxKind.MinusToken)
    return { value: toJson(-BigInt(operand.text.slice(0, -1))) };
  const inner = literalValue(operand, scope)?.value;
  if (typeof inner !== 'number') return undefined;
  if (node.operator === api.SyntaxKind.MinusToken) return { value: -inner };
  return node.operator === api.SyntaxKind.PlusToken ? { value: inner } : undefined;
}

function arrayValue(
  node: ts.ArrayLiteralExpression,
  scope: SourceScope,
): { readonly value: Json } | undefined {
  const items = node.elements.map((element) => literalValue(element, scope));
  return items.every((item) => item !== undefined) ? { value: items.map((item) => item.value) } : undefined;
}

function objectValue(
  node: ts.ObjectLiteralExpression,
  scope: SourceScope,
): { readonly value: Json } | undefined {
  const api = typescript();
  const entries: [string, Json][] = [];
  for (const property of node.properties) {
    if (!api.isPropertyAssignment(property) || api.isComputedPropertyName(property.name)) return undefined;
    const item = literalValue(property.initializer, scope);
    if (item === undefined) return undefined;
    entries.push([propertyNameText(property.name), item.value]);
  }
  return { value: Object.fromEntries(entries) };
}

export function propertyNameText(name: ts.PropertyName | ts.BindingName): string {
  const api = typescript();
  return api.isIdentifier(name) || api.isStringLiteralLike(name) || api.isNumericLiteral(name)
    ? name.text
    : name.getText();
}
