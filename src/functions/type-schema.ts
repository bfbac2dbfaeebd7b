import type ts from 'typescript-ast';
import type { Json } from '../core/json.ts';
import { unwrapExpression } from '../notebooks/call-expression.ts';
import { typescript } from '../notebooks/typescript.ts';
import { enumValues } from './enum-values.ts';
import type { TypeSchema } from './function-spec.ts';
import { literalValue } from './literal-value.ts';
import { isFoundName } from './source-scope.ts';
import { type ObjectType, objectType } from './type-members.ts';
import { dereference, referenceName, type TypeView, typeArguments } from './type-view.ts';

/**
 * JSON Schema of a TypeScript type; undefined where the type says nothing that can be checked (`unknown`, a type of a
 * package, a function). Values that JSON has no form for carry `format`: `date-time` (Date), `bigint`, `map`, `set`.
 */
export function typeSchema(view: TypeView, depth = 0): TypeSchema | undefined {
  const api = typescript();
  if (depth > 8) return undefined;
  const target = dereference(view);
  const { node } = target;
  const simple = keywordSchema(node.kind);
  if (simple) return simple;
  if (api.isLiteralTypeNode(node)) return literalSchema(target);
  if (api.isTemplateLiteralTypeNode(node)) return { type: 'string' };
  if (api.isUnionTypeNode(node))
    return unionSchema(
      node.types.map((type) => ({ ...target, node: type })),
      depth,
    );
  if (api.isArrayTypeNode(node)) return arraySchema({ ...target, node: node.elementType }, depth);
  if (api.isTupleTypeNode(node)) return tupleSchema(node, target, depth);
  if (api.isIndexedAccessTypeNode(node)) return indexedSchema(node, target, depth);
  if (api.isTypeOperatorNode(node) && node.operator === api.SyntaxKind.KeyOfKeyword)
    return keysSchema(node.type, target);
  const named = namedSchema(target, depth);
  if (named) return named;
  const object = objectType(target);
  return object && objectSchema(object, depth);
}

function keywordSchema(kind: ts.SyntaxKind): TypeSchema | undefined {
  const { SyntaxKind } = typescript();
  switch (kind) {
    case SyntaxKind.StringKeyword:
      return { type: 'string' };
    case SyntaxKind.NumberKeyword:
      return { type: 'number' };
    case SyntaxKind.BooleanKeyword:
      return { type: 'boolean' };
    case SyntaxKind.BigIntKeyword:
      return { type: 'integer', format: 'bigint' };
    default:
      return undefined;
  }
}

function literalSchema({ node, scope }: TypeView): TypeSchema | undefined {
  const api = typescript();
  if (!api.isLiteralTypeNode(node)) return undefined;
  if (node.literal.kind === api.SyntaxKind.NullKeyword) return { type: 'null' };
  const value = literalValue(node.literal as ts.Expression, scope);
  return value && { enum: [value.value] };
}

function unionSchema(members: readonly TypeView[], depth: number): TypeSchema | undefined {
  const { SyntaxKind } = typescript();
  const values: Json[] = [];
  const others: TypeSchema[] = [];
  for (const member of members) {
    if (dereference(member).node.kind === SyntaxKind.UndefinedKeyword) continue;
    const schema = typeSchema(member, depth + 1);
    if (schema === undefined) return undefined;
    if (Array.isArray(schema.enum)) values.push(...(schema.enum as readonly Json[]));
    else if (Array.isArray(schema.anyOf)) others.push(...(schema.anyOf as readonly TypeSchema[]));
    else others.push(schema);
  }
  const hasNull = others.length > 0 && others.every((schema) => schema.type === 'null');
  if (hasNull && values.length > 0) return { enum: [...new Set(values), null] };
  const all = [...(values.length > 0 ? [{ enum: [...new Set(values)] }] : []), ...others];
  const [only] = all;
  return all.length > 1 ? { anyOf: all } : only;
}

function arraySchema(element: TypeView, depth: number): TypeSchema {
  const items = typeSchema(element, depth + 1);
  return items ? { type: 'array', items } : { type: 'array' };
}

function tupleSchema(node: ts.TupleTypeNode, target: TypeView, depth: number): TypeSchema {
  const api = typescript();
  const elements = node.elements.map((element) => (api.isNamedTupleMember(element) ? element.type : element));
  const fixed = elements.filter((element) => !api.isRestTypeNode(element));
  const optional = node.elements.filter(
    (element) =>
      api.isOptionalTypeNode(element) || (api.isNamedTupleMember(element) && element.questionToken),
  ).length;
  const prefixItems = fixed.map((element) => {
    const inner = api.isOptionalTypeNode(element) ? element.type : element;
    return typeSchema({ ...target, node: inner }, depth + 1) ?? {};
  });
  const open = fixed.length < elements.length;
  return { type: 'array', prefixItems, minItems: fixed.length - optional, ...(open ? {} : { items: false }) };
}

/** `Args['depth']`, and `(typeof KINDS)[number]` of a constant array. */
function indexedSchema(
  node: ts.IndexedAccessTypeNode,
  target: TypeView,
  depth: number,
): TypeSchema | undefined {
  const api = typescript();
  const object = dereference({ ...target, node: node.objectType }).node;
  if (api.isTypeQueryNode(object) && api.isIdentifier(object.exprName)) {
    const found = target.scope.find(object.exprName.text);
    const declaration = isFoundName(found)
      ? found.nodes.find((each) => api.isVariableDeclaration(each))
      : undefined;
    const value = declaration?.initializer && literalValue(declaration.initializer, target.scope)?.value;
    const values = Array.isArray(value) ? value : undefined;
    return values && { enum: [...new Set(values as readonly Json[])] };
  }
  const index = literalSchema({ ...target, node: node.indexType })?.enum;
  const [key] = Array.isArray(index) ? (index as readonly Json[]) : [];
  const member = objectType({ ...target, node: node.objectType })?.members.find((each) => each.name === key);
  return member?.type && typeSchema(member.type, depth + 1);
}

/** `keyof typeof TABLE` and `keyof Args`. */
function keysSchema(type: ts.TypeNode, target: TypeView): TypeSchema | undefined {
  const api = typescript();
  if (api.isTypeQueryNode(type) && api.isIdentifier(type.exprName)) {
    const found = target.scope.find(type.exprName.text);
    const declaration = isFoundName(found)
      ? found.nodes.find((each) => api.isVariableDeclaration(each))
      : undefined;
    const value = declaration?.initializer && unwrapExpression(declaration.initializer);
    if (!value || !api.isObjectLiteralExpression(value)) return undefined;
    const names = value.properties.map((property) => property.name?.getText().replace(/^['"]|['"]$/g, ''));
    return names.every((name) => name !== undefined) ? { enum: names } : undefined;
  }
  const object = objectType({ ...target, node: type });
  return object && object.rest === undefined
    ? { enum: object.members.map((member) => member.name) }
    : undefined;
}

function namedSchema(target: TypeView, depth: number): TypeSchema | undefined {
  const name = referenceName(target.node);
  if (name === undefined) return undefined;
  const found = target.scope.find(name);
  if (isFoundName(found)) {
    const values = enumValues(found.nodes);
    return values && { enum: [...new Set(values.values())] };
  }
  const [first, second] = typeArguments(target);
  switch (name) {
    case 'Date':
      return { type: 'string', format: 'date-time' };
    case 'URL':
      return { type: 'string', format: 'uri' };
    case 'Array':
    case 'ReadonlyArray':
      return first ? arraySchema(first, depth) : { type: 'array' };
    case 'Set':
    case 'ReadonlySet':
      return { ...(first ? arraySchema(first, depth) : { type: 'array' }), format: 'set' };
    case 'Map':
    case 'ReadonlyMap':
      return { ...objectSchema({ members: [], rest: second ?? 'any' }, depth), format: 'map' };
    case 'NonNullable':
      return first && typeSchema(first, depth + 1);
    case 'Exclude':
    case 'Extract':
      return first && second && selectedSchema(name, first, second, depth);
    default:
      return undefined;
  }
}

function selectedSchema(name: string, from: TypeView, by: TypeView, depth: number): TypeSchema | undefined {
  const all = typeSchema(from, depth + 1)?.enum;
  const chosen = typeSchema(by, depth + 1)?.enum;
  if (!Array.isArray(all) || !Array.isArray(chosen)) return undefined;
  return { enum: all.filter((value: Json) => chosen.includes(value) === (name === 'Extract')) };
}

function objectSchema({ members, rest }: ObjectType, depth: number): TypeSchema {
  const properties = members.map(({ name, type, doc }): [string, TypeSchema] => {
    const schema = (type && typeSchema(type, depth + 1)) ?? {};
    return [name, doc === undefined ? schema : { ...schema, description: doc }];
  });
  const required = members
    .filter((member) => !member.optional && !admitsUndefined(member.type))
    .map((member) => member.name);
  const further = rest === undefined ? false : rest === 'any' ? true : (typeSchema(rest, depth + 1) ?? true);
  return {
    type: 'object',
    ...(properties.length > 0 ? { properties: Object.fromEntries(properties) } : {}),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: further,
  };
}

/** Whether a value may be left out: the type is, or includes, `undefined`. */
export function admitsUndefined(view: TypeView | undefined): boolean {
  const api = typescript();
  if (!view) return false;
  const target = dereference(view);
  if (api.isUnionTypeNode(target.node))
    return target.node.types.some((type) => admitsUndefined({ ...target, node: type }));
  return target.node.kind === api.SyntaxKind.UndefinedKeyword;
}
