import path from 'node:path';
import type ts from 'typescript-ast';
import { packageRoot } from '../core/package-root.ts';
import { nodeSpecifier } from '../notebooks/deno-specifier.ts';
import { typescript } from '../notebooks/typescript.ts';
import { isFoundName, type SourceScope } from './source-scope.ts';

/** A type as written, with where its names are looked up and what its type parameters stand for. */
export interface TypeView {
  readonly node: ts.TypeNode;
  readonly scope: SourceScope;
  readonly env: TypeEnv;
}

export type TypeEnv = ReadonlyMap<string, TypeView>;

export const noTypeArguments: TypeEnv = new Map();

/** Name of a type reference: `DataItem`, also for `slipway.DataItem`. */
export function referenceName(node: ts.TypeNode): string | undefined {
  const api = typescript();
  if (!api.isTypeReferenceNode(node)) return undefined;
  return api.isIdentifier(node.typeName) ? node.typeName.text : node.typeName.right.text;
}

export function typeArguments({ node, scope, env }: TypeView): TypeView[] {
  const api = typescript();
  const list =
    api.isTypeReferenceNode(node) || api.isExpressionWithTypeArguments(node) ? node.typeArguments : undefined;
  return (list ?? []).map((argument) => ({ node: argument, scope, env }));
}

/** The type inside parentheses, `readonly`, type parameters and aliases. */
export function dereference(view: TypeView, depth = 0): TypeView {
  const api = typescript();
  const { node, scope, env } = view;
  if (depth > 20) return view;
  if (api.isParenthesizedTypeNode(node)) return dereference({ ...view, node: node.type }, depth + 1);
  if (api.isTypeOperatorNode(node) && node.operator === api.SyntaxKind.ReadonlyKeyword)
    return dereference({ ...view, node: node.type }, depth + 1);
  const name = referenceName(node);
  if (name === undefined) return view;
  const bound = env.get(name);
  if (bound) return dereference(bound, depth + 1);
  const found = scope.find(name);
  const alias = isFoundName(found) ? found.nodes.find((each) => api.isTypeAliasDeclaration(each)) : undefined;
  if (!alias || !isFoundName(found)) return view;
  const bindings = bindTypeParameters(alias.typeParameters, typeArguments(view), found.scope);
  return dereference({ node: alias.type, scope: found.scope, env: bindings }, depth + 1);
}

/** What a generic type's parameters stand for. */
export function bindTypeParameters(
  parameters: readonly ts.TypeParameterDeclaration[] | undefined,
  values: readonly TypeView[],
  scope: SourceScope,
): TypeEnv {
  const env = new Map<string, TypeView>();
  for (const [index, parameter] of (parameters ?? []).entries()) {
    const fallback = parameter.default && { node: parameter.default, scope, env: noTypeArguments };
    const value = values[index] ?? fallback;
    if (value) env.set(parameter.name.text, value);
  }
  return env;
}

const dataTypes: ReadonlySet<string> = new Set(['DataItem', 'Dataset', 'Model', 'Artifact']);

/** Name of the data type that a type is (`DataItem`, `Dataset`, `Model`, `Artifact` of slipway), alone or in a union. */
export function dataTypeOf(view: TypeView): string | undefined {
  const api = typescript();
  const target = dereference(view);
  if (api.isUnionTypeNode(target.node)) {
    for (const member of target.node.types) {
      const name = dataTypeOf({ ...target, node: member });
      if (name !== undefined) return name;
    }
    return undefined;
  }
  if (api.isArrayTypeNode(target.node)) return dataTypeOf({ ...target, node: target.node.elementType });
  if (api.isImportTypeNode(target.node)) return importedDataType(target.node);
  const name = referenceName(target.node);
  if (name === undefined || !api.isTypeReferenceNode(target.node)) return undefined;
  const root = api.isIdentifier(target.node.typeName) ? name : target.node.typeName.getText().split('.')[0];
  const found = target.scope.find(root ?? name);
  if (isFoundName(found)) return isOwnFile(found.scope.place.file) && dataTypes.has(name) ? name : undefined;
  const original = found && found.imported !== '*' ? found.imported : name;
  const isOurs = found === undefined || nodeSpecifier(found.specifier) === 'slipway';
  return isOurs && dataTypes.has(original) ? original : undefined;
}

/** `import('slipway').DataItem`. */
function importedDataType({ argument, qualifier }: ts.ImportTypeNode): string | undefined {
  const api = typescript();
  const isOurs =
    api.isLiteralTypeNode(argument) &&
    api.isStringLiteral(argument.literal) &&
    argument.literal.text === 'slipway';
  const name = qualifier && api.isIdentifier(qualifier) ? qualifier.text : undefined;
  return isOurs && name !== undefined && dataTypes.has(name) ? name : undefined;
}

/** Functions inside this package import the types by path. */
function isOwnFile(file: string): boolean {
  return file.startsWith(path.join(packageRoot(), 'src', 'data') + path.sep);
}
