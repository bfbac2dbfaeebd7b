import type ts from 'typescript-ast';
import { isFunctionLiteral, unwrapExpression } from '../notebooks/call-expression.ts';
import { typescript } from '../notebooks/typescript.ts';
import type { FoundFunction, FunctionNode } from './find-function.ts';
import type { ResultSpec } from './function-spec.ts';
import { propertyNameText } from './literal-value.ts';
import { nodeText, type SourceScope } from './source-scope.ts';
import { objectType } from './type-members.ts';
import {
  dataTypeOf,
  dereference,
  noTypeArguments,
  referenceName,
  type TypeView,
  typeArguments,
} from './type-view.ts';

const loggedTypes: Readonly<Record<string, string>> = {
  logArtifact: 'Artifact',
  logDataset: 'Dataset',
  logModel: 'Model',
  logPlot: 'Artifact',
};

/** What a handler returns, as far as its declared return type and its `return` statements tell. */
export function handlerResults(
  { node, scope, contextual }: FoundFunction,
  returns: Readonly<Record<string, string>>,
): ResultSpec[] {
  if (!node) return [];
  const declared: TypeView | undefined = node.type
    ? { node: node.type, scope, env: noTypeArguments }
    : contextual[1];
  const results = new Map<string, ResultSpec>();
  for (const result of returnedObjects(node, scope))
    if (!results.has(result.name)) results.set(result.name, result);
  for (const result of declared ? declaredResults(declared) : [])
    results.set(result.name, { ...results.get(result.name), ...result });
  return [...results.values()].map((result) =>
    returns[result.name] === undefined || returns[result.name] === 'result'
      ? result
      : { ...result, role: 'artifact' },
  );
}

function declaredResults(type: TypeView): ResultSpec[] {
  const api = typescript();
  const target = unwrapPromise(type);
  if (api.isUnionTypeNode(target.node))
    return target.node.types.flatMap((member) => declaredResults({ ...target, node: member }));
  const object = objectType(target);
  return (object?.members ?? []).map((member) => ({
    name: member.name,
    ...(member.type ? { typeText: nodeText(member.type.node) } : {}),
    role: member.type && dataTypeOf(member.type) !== undefined ? 'artifact' : 'result',
    ...(member.doc === undefined ? {} : { doc: member.doc }),
  }));
}

function unwrapPromise(type: TypeView): TypeView {
  const target = dereference(type);
  const [inner] = typeArguments(target);
  return referenceName(target.node) === 'Promise' && inner ? dereference(inner) : target;
}

/** Entries of all returned object literals of the function itself. */
function returnedObjects(node: FunctionNode, scope: SourceScope): ResultSpec[] {
  const api = typescript();
  const { body } = node;
  if (!body) return [];
  if (!api.isBlock(body)) return entriesOf(body, body, scope);
  const found: ResultSpec[] = [];
  const visit = (inner: ts.Node): void => {
    if (api.isFunctionLike(inner) || api.isClassLike(inner)) return;
    if (api.isReturnStatement(inner) && inner.expression)
      found.push(...entriesOf(inner.expression, body, scope));
    api.forEachChild(inner, visit);
  };
  api.forEachChild(body, visit);
  return found;
}

function entriesOf(expression: ts.Expression, body: ts.Node, scope: SourceScope): ResultSpec[] {
  const api = typescript();
  const value = unwrapExpression(expression);
  if (api.isConditionalExpression(value))
    return [...entriesOf(value.whenTrue, body, scope), ...entriesOf(value.whenFalse, body, scope)];
  if (api.isIdentifier(value)) {
    const local = localValue(value.text, body);
    return local && api.isObjectLiteralExpression(local) ? entriesOf(local, body, scope) : [];
  }
  if (!api.isObjectLiteralExpression(value)) return bareResult(value);
  return value.properties.flatMap((property): ResultSpec[] => {
    if (api.isSpreadAssignment(property))
      return entriesOf(property.expression, body, scope).filter(({ name }) => name !== 'return');
    if (!property.name || api.isComputedPropertyName(property.name)) return [];
    const name = propertyNameText(property.name);
    const from = api.isPropertyAssignment(property) ? property.initializer : localValue(name, body);
    const logged = from && loggedType(from, body);
    const typeText = logged ?? (from && literalType(from));
    return [
      {
        name,
        ...(typeText === undefined ? {} : { typeText }),
        role: logged === undefined ? 'result' : 'artifact',
      },
    ];
  });
}

/** A value returned bare is the result `return`; of a call or a variable it is not known whether it is an object. */
function bareResult(value: ts.Expression): ResultSpec[] {
  const typeText = literalType(value);
  return typeText === undefined ? [] : [{ name: 'return', typeText, role: 'result' }];
}

/** Value of a constant declared in the function's body. */
function localValue(name: string, body: ts.Node): ts.Expression | undefined {
  const api = typescript();
  let value: ts.Expression | undefined;
  const visit = (node: ts.Node): void => {
    if (isFunctionLiteral(node) || api.isFunctionDeclaration(node)) return;
    if (
      api.isVariableDeclaration(node) &&
      api.isIdentifier(node.name) &&
      node.name.text === name &&
      node.initializer
    )
      value = unwrapExpression(node.initializer);
    api.forEachChild(node, visit);
  };
  api.forEachChild(body, visit);
  return value;
}

/** `await ctx.logModel(…)` gives an artifact. */
function loggedType(expression: ts.Expression, body: ts.Node): string | undefined {
  const api = typescript();
  let value = unwrapExpression(expression);
  if (api.isIdentifier(value)) value = localValue(value.text, body) ?? value;
  if (api.isAwaitExpression(value)) value = unwrapExpression(value.expression);
  if (!api.isCallExpression(value) || !api.isPropertyAccessExpression(value.expression)) return undefined;
  const method = value.expression.name.text;
  return Object.hasOwn(loggedTypes, method) ? loggedTypes[method] : undefined;
}

function literalType(expression: ts.Expression): string | undefined {
  const api = typescript();
  const value = unwrapExpression(expression);
  if (api.isNumericLiteral(value)) return 'number';
  if (api.isPrefixUnaryExpression(value))
    return value.operator === api.SyntaxKind.ExclamationToken ? 'boolean' : 'number';
  if (api.isStringLiteralLike(value) || api.isTemplateExpression(value)) return 'string';
  const { TrueKeyword, FalseKeyword } = api.SyntaxKind;
  return value.kind === TrueKeyword || value.kind === FalseKeyword ? 'boolean' : undefined;
}
