import type ts from 'typescript-ast';
import { typescript } from '../notebooks/typescript.ts';
import { type DocComment, docText } from './doc-comment.ts';
import { handlerInvalid } from './errors.ts';
import type { FoundFunction } from './find-function.ts';
import type { ParameterSpec, TypeSchema } from './function-spec.ts';
import { literalValue, propertyNameText } from './literal-value.ts';
import { nodeText, type SourceScope } from './source-scope.ts';
import { type ObjectType, objectType, type TypeMember } from './type-members.ts';
import { admitsUndefined, typeSchema } from './type-schema.ts';
import { dataTypeOf, dereference, noTypeArguments, type TypeView } from './type-view.ts';

export interface HandlerParameters {
  readonly parameters: readonly ParameterSpec[];
  readonly acceptsUnknown: boolean;
}

/** A property that the second argument is taken apart into. */
interface BoundName {
  readonly name: string;
  readonly initializer?: ts.Expression;
  readonly doc?: string;
}

/** Reads the second argument: what it is taken apart into, its type, and the JSDoc of both. */
export function handlerParameters(handler: string, found: FoundFunction, doc: DocComment): HandlerParameters {
  const { node, scope, contextual } = found;
  if (!node) return { parameters: [], acceptsUnknown: true };
  const api = typescript();
  const parameters = node.parameters.filter((each) => each.name.getText() !== 'this');
  const second = parameters[1];
  if (parameters.length > 2) throw notAnObject(handler, parameters[2]?.getText() ?? '', found);
  if (!second) return { parameters: [], acceptsUnknown: false };
  const tagType = doc.params.get(second.name.getText())?.type;
  const annotation: TypeView | undefined = second.type
    ? { node: second.type, scope, env: noTypeArguments }
    : (contextual[0] ?? (tagType && { node: tagType, scope, env: noTypeArguments }));
  const type = annotation && objectType(annotation);
  if (annotation && !type) refuseScalar(handler, annotation, found);
  if (!api.isObjectBindingPattern(second.name)) {
    const tags = annotation
      ? []
      : [...doc.params].filter(([name]) => isNestedTag(name, second, parameters[0]));
    return {
      parameters: annotation
        ? (type?.members ?? []).map((member) => parameterSpec({ name: member.name }, member, doc, scope))
        : tags.map(([name]) => parameterSpec({ name }, undefined, doc, scope)),
      acceptsUnknown: type === undefined || type.rest !== undefined,
    };
  }
  return takenApart(second.name, type, annotation !== undefined, doc, scope);
}

/** `@param args.depth` of an untyped second argument declares `depth`; `@param ctx` and `@param args` declare nothing. */
function isNestedTag(
  name: string,
  second: ts.ParameterDeclaration,
  first: ts.ParameterDeclaration | undefined,
): boolean {
  return name !== second.name.getText() && name !== first?.name.getText();
}

function takenApart(
  pattern: ts.ObjectBindingPattern,
  type: ObjectType | undefined,
  isTyped: boolean,
  doc: DocComment,
  scope: SourceScope,
): HandlerParameters {
  const bound = pattern.elements.filter((element) => !element.dotDotDotToken).map(boundName);
  const hasRest = pattern.elements.some((element) => element.dotDotDotToken !== undefined);
  const members = new Map((type?.members ?? []).map((member) => [member.name, member]));
  const names = new Set(bound.map((each) => each.name));
  const further = (type?.members ?? []).filter((member) => !names.has(member.name));
  return {
    parameters: [
      ...bound.map((each) => parameterSpec(each, members.get(each.name), doc, scope)),
      ...further.map((member) => parameterSpec({ name: member.name }, member, doc, scope)),
    ],
    // a pattern alone names everything that is used; an unreadable type may allow more
    acceptsUnknown:
      type?.rest !== undefined || (hasRest && type === undefined) || (isTyped && type === undefined),
  };
}

function boundName(element: ts.BindingElement): BoundName {
  const api = typescript();
  const key = element.propertyName ?? element.name;
  const { text } = docText(element);
  return {
    name: api.isComputedPropertyName(key) ? key.getText() : propertyNameText(key),
    ...(element.initializer ? { initializer: element.initializer } : {}),
    ...(text === undefined ? {} : { doc: text }),
  };
}

function parameterSpec(
  bound: BoundName,
  member: TypeMember | undefined,
  doc: DocComment,
  scope: SourceScope,
): ParameterSpec {
  const tag = doc.params.get(bound.name);
  const type: TypeView | undefined = member
    ? member.type
    : tag?.type && { node: tag.type, scope, env: noTypeArguments };
  const inferred = type ? undefined : inferredType(bound.initializer, scope);
  const schema = type ? typeSchema(type) : inferred;
  const isInput = type !== undefined && dataTypeOf(type) !== undefined;
  const text = member?.doc ?? (tag?.text || undefined) ?? bound.doc;
  const typeText = type ? nodeText(type.node) : (inferred?.type as string | undefined);
  const isOptional =
    bound.initializer !== undefined ||
    (member?.optional ?? false) ||
    (tag?.optional ?? false) ||
    admitsUndefined(type);
  return {
    name: bound.name,
    role: isInput ? 'input' : 'param',
    ...(typeText === undefined ? {} : { typeText }),
    ...(schema === undefined || isInput ? {} : { schema }),
    required: !isOptional,
    ...defaultOf(bound.initializer, scope, member?.defaultText),
    ...(text === undefined ? {} : { doc: text }),
  };
}

/** TypeScript infers the type of an unannotated property from its default; so does this, for plain values. */
function inferredType(initializer: ts.Expression | undefined, scope: SourceScope): TypeSchema | undefined {
  const value = initializer && literalValue(initializer, scope)?.value;
  return ['number', 'string', 'boolean'].includes(typeof value) ? { type: typeof value } : undefined;
}

function defaultOf(
  initializer: ts.Expression | undefined,
  scope: SourceScope,
  documented: string | undefined,
): Pick<ParameterSpec, 'default' | 'defaultText'> {
  if (!initializer) return documented === undefined ? {} : { defaultText: documented };
  const literal = literalValue(initializer, scope);
  if (literal) return { default: literal.value };
  const text = nodeText(initializer);
  return text === 'undefined' ? {} : { defaultText: text };
}

/** `train(ctx, depth: number)`: a value without a name cannot be given by name. */
function refuseScalar(handler: string, type: TypeView, found: FoundFunction): void {
  const { SyntaxKind } = typescript();
  const target = dereference(type);
  const scalars = [
    SyntaxKind.StringKeyword,
    SyntaxKind.NumberKeyword,
    SyntaxKind.BooleanKeyword,
    SyntaxKind.ArrayType,
  ];
  if (scalars.includes(target.node.kind) || dataTypeOf(type) !== undefined)
    throw notAnObject(handler, found.node?.parameters[1]?.getText() ?? '', found);
}

function notAnObject(handler: string, parameter: string, { scope, declaration }: FoundFunction): Error {
  const { file, cell } = scope.place;
  const line = declaration.getSourceFile().getLineAndCharacterOfPosition(declaration.getStart()).line + 1;
  const [name = 'value'] = parameter.split(/[:=?]/);
  return handlerInvalid(
    `handler "${handler}" takes "${parameter}" as an argument of its own; params come as one object`,
    {
      hint: `write it as (ctx, { ${name.trim()} }: { … }) => …`,
      location: { ...(cell === undefined ? { file } : { notebook: file, cell }), line },
    },
  );
}
