import type ts from 'typescript-ast';
import { typescript } from '../notebooks/typescript.ts';
import { docText } from './doc-comment.ts';
import { propertyNameText } from './literal-value.ts';
import { isFoundName } from './source-scope.ts';
import { bindTypeParameters, dereference, referenceName, type TypeView, typeArguments } from './type-view.ts';

/** A property of an object type. */
export interface TypeMember {
  readonly name: string;
  readonly type?: TypeView;
  readonly optional: boolean;
  readonly doc?: string;
  /** Text of a `@default` tag. */
  readonly defaultText?: string;
}

export interface ObjectType {
  readonly members: readonly TypeMember[];
  /** Type of further properties: an index signature or `Record<string, T>`. */
  readonly rest?: TypeView | 'any';
}

/** The properties of an object type: literals, interfaces with what they extend, intersections, and the standard helpers (`Partial`, `Pick` …). Undefined for anything else. */
export function objectType(view: TypeView, depth = 0): ObjectType | undefined {
  const api = typescript();
  const target = dereference(view);
  const { node } = target;
  if (depth > 12) return undefined;
  if (api.isTypeLiteralNode(node)) return literalMembers(node.members, target);
  if (api.isIntersectionTypeNode(node))
    return merge(node.types.map((type) => objectType({ ...target, node: type }, depth + 1)));
  if (node.kind === api.SyntaxKind.ObjectKeyword) return { members: [], rest: 'any' };
  const name = api.isExpressionWithTypeArguments(node) ? node.expression.getText() : referenceName(node);
  if (name === undefined) return undefined;
  const found = target.scope.find(name);
  if (isFoundName(found))
    return interfaceMembers(found.nodes, { ...target, scope: found.scope }, typeArguments(target), depth);
  return standardHelper(name, typeArguments(target), depth);
}

function interfaceMembers(
  nodes: readonly ts.Node[],
  target: TypeView,
  given: readonly TypeView[],
  depth: number,
): ObjectType | undefined {
  const api = typescript();
  const declarations = nodes.filter((node) => api.isInterfaceDeclaration(node));
  if (declarations.length === 0) return undefined;
  return merge(
    declarations.flatMap((declaration) => {
      const env = bindTypeParameters(declaration.typeParameters, given, target.scope);
      const own = { ...target, env };
      const bases = (declaration.heritageClauses ?? []).flatMap((clause) => clause.types);
      return [
        ...bases.map((type) => objectType({ ...own, node: type }, depth + 1)),
        literalMembers(declaration.members, own),
      ];
    }),
  );
}

function literalMembers(members: readonly ts.TypeElement[], { scope, env }: TypeView): ObjectType {
  const api = typescript();
  const list: TypeMember[] = [];
  let rest: TypeView | undefined;
  for (const member of members) {
    if (api.isIndexSignatureDeclaration(member)) rest = { node: member.type, scope, env };
    if (!api.isPropertySignature(member) && !api.isMethodSignature(member)) continue;
    if (api.isComputedPropertyName(member.name)) continue;
    const { text, defaultText } = docText(member);
    list.push({
      name: propertyNameText(member.name),
      optional: member.questionToken !== undefined,
      ...(member.type && api.isPropertySignature(member) ? { type: { node: member.type, scope, env } } : {}),
      ...(text ? { doc: text } : {}),
      ...(defaultText ? { defaultText } : {}),
    });
  }
  return rest === undefined ? { members: list } : { members: list, rest };
}

function standardHelper(name: string, given: readonly TypeView[], depth: number): ObjectType | undefined {
  const [first, second] = given;
  if (name === 'Record' && second) return recordType(first, second);
  const base = first && objectType(first, depth + 1);
  if (!base) return undefined;
  const keys = new Set(second ? literalKeys(second) : []);
  const change = (members: readonly TypeMember[]): ObjectType => ({ ...base, members });
  switch (name) {
    case 'Partial':
      return change(base.members.map((member) => ({ ...member, optional: true })));
    case 'Required':
      return change(base.members.map((member) => ({ ...member, optional: false })));
    case 'Readonly':
    case 'NonNullable':
      return base;
    case 'Pick':
      return change(base.members.filter((member) => keys.has(member.name)));
    case 'Omit':
      return change(base.members.filter((member) => !keys.has(member.name)));
    default:
      return undefined;
  }
}

function recordType(key: TypeView | undefined, value: TypeView): ObjectType {
  const names = key ? literalKeys(key) : [];
  if (names.length === 0) return { members: [], rest: value };
  return { members: names.map((name) => ({ name, optional: false, type: value })) };
}

function literalKeys(view: TypeView): string[] {
  const api = typescript();
  const target = dereference(view);
  const { node } = target;
  if (api.isUnionTypeNode(node)) return node.types.flatMap((type) => literalKeys({ ...target, node: type }));
  return api.isLiteralTypeNode(node) && api.isStringLiteralLike(node.literal) ? [node.literal.text] : [];
}

/** Later properties take the place of earlier ones of the same name. */
function merge(parts: readonly (ObjectType | undefined)[]): ObjectType | undefined {
  const known = parts.filter((part) => part !== undefined);
  if (known.length === 0) return undefined;
  const byName = new Map(known.flatMap((part) => part.members).map((member) => [member.name, member]));
  const rest = known.length < parts.length ? 'any' : known.find((part) => part.rest !== undefined)?.rest;
  return rest === undefined ? { members: [...byName.values()] } : { members: [...byName.values()], rest };
}
