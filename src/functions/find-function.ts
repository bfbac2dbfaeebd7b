import type ts from 'typescript-ast';
import { isFunctionLiteral, unwrapExpression } from '../notebooks/call-expression.ts';
import { typescript } from '../notebooks/typescript.ts';
import { isFoundName, type SourceScope } from './source-scope.ts';
import { noTypeArguments, referenceName, type TypeView, typeArguments } from './type-view.ts';

export type FunctionNode = ts.FunctionDeclaration | ts.FunctionExpression | ts.ArrowFunction;

/** Where a handler is declared. */
export interface FoundFunction {
  /** What the JSDoc stands at. */
  readonly declaration: ts.Node;
  /** Undefined for a function made by a call: nothing is known of its parameters. */
  readonly node?: FunctionNode;
  readonly scope: SourceScope;
  /** `Args` of `const train: Handler<Args, Results> = …`. */
  readonly contextual: readonly TypeView[];
}

/** Follows a name to the function it stands for: declarations, constants, `export default`, aliases, imports. */
export function findFunction(name: string, scope: SourceScope, depth = 0): FoundFunction | undefined {
  const api = typescript();
  const found = scope.find(name);
  if (!isFoundName(found) || depth > 10) return undefined;
  const functions = found.nodes.filter((node) => api.isFunctionDeclaration(node));
  const implementation = functions.find((node) => node.body) ?? functions.at(-1);
  if (implementation)
    return { declaration: implementation, node: implementation, scope: found.scope, contextual: [] };
  const node = found.nodes.at(-1);
  if (node && api.isExportSpecifier(node))
    return findFunction((node.propertyName ?? node.name).text, found.scope, depth + 1);
  if (node && api.isExportAssignment(node)) return fromValue(node.expression, node, found.scope, [], depth);
  if (!node || !api.isVariableDeclaration(node) || !node.initializer) return undefined;
  return fromValue(node.initializer, node, found.scope, contextualTypes(node, found.scope), depth);
}

function fromValue(
  value: ts.Expression,
  declaration: ts.Node,
  scope: SourceScope,
  contextual: readonly TypeView[],
  depth: number,
): FoundFunction | undefined {
  const api = typescript();
  const inner = unwrapExpression(value);
  if (isFunctionLiteral(inner)) return { declaration, node: inner, scope, contextual };
  if (api.isIdentifier(inner)) return findFunction(inner.text, scope, depth + 1);
  return api.isCallExpression(inner) ? { declaration, scope, contextual } : undefined;
}

function contextualTypes(node: ts.VariableDeclaration, scope: SourceScope): TypeView[] {
  const api = typescript();
  const value = node.initializer;
  const type = node.type ?? (value && api.isSatisfiesExpression(value) ? value.type : undefined);
  if (!type || referenceName(type) !== 'Handler') return [];
  return typeArguments({ node: type, scope, env: noTypeArguments });
}
