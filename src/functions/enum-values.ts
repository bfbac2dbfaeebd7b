import type ts from 'typescript-ast';
import { typescript } from '../notebooks/typescript.ts';

/** Members of an enum and their values, as far as they are written out; undefined if the nodes are no enum. */
export function enumValues(nodes: readonly ts.Node[]): ReadonlyMap<string, string | number> | undefined {
  const api = typescript();
  const declarations = nodes.filter((node) => api.isEnumDeclaration(node));
  if (declarations.length === 0) return undefined;
  const values = new Map<string, string | number>();
  for (const declaration of declarations) {
    let next: number | undefined = 0;
    for (const member of declaration.members) {
      const name = api.isComputedPropertyName(member.name) ? member.name.getText() : member.name.text;
      const value: string | number | undefined = member.initializer ? writtenValue(member.initializer) : next;
      if (value !== undefined) values.set(name, value);
      next = typeof value === 'number' ? value + 1 : undefined;
    }
  }
  return values;
}

function writtenValue(node: ts.Expression): string | number | undefined {
  const api = typescript();
  if (api.isStringLiteralLike(node)) return node.text;
  if (api.isNumericLiteral(node)) return Number(node.text);
  if (
    api.isPrefixUnaryExpression(node) &&
    node.operator === api.SyntaxKind.MinusToken &&
    api.isNumericLiteral(node.operand)
  )
    return -Number(node.operand.text);
  return undefined;
}
