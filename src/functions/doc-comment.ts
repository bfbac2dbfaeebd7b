import type ts from 'typescript-ast';
import { typescript } from '../notebooks/typescript.ts';

/** A JSDoc comment, read. */
export interface DocComment {
  readonly text?: string;
  /** `@param` texts by the parameter's last name part: `args.depth` and `depth` are both `depth`. */
  readonly params: ReadonlyMap<string, ParamTag>;
  readonly returns?: string;
  readonly defaultText?: string;
}

export interface ParamTag {
  readonly text: string;
  /** `{number}`, as JavaScript files write types. */
  readonly type?: ts.TypeNode;
  /** `[depth]` or `[depth=4]`. */
  readonly optional: boolean;
}

/** The JSDoc in front of a declaration; tags it does not know are passed over. */
export function docText(node: ts.Node): DocComment {
  const api = typescript();
  const comments = api.getJSDocCommentsAndTags(node).filter((part) => api.isJSDoc(part));
  const doc = comments.at(-1);
  const params = new Map<string, ParamTag>();
  let returns: string | undefined;
  let defaultText: string | undefined;
  for (const tag of doc?.tags ?? []) {
    if (api.isJSDocParameterTag(tag)) collectParam(tag, params);
    else if (api.isJSDocReturnTag(tag)) returns = commentText(tag.comment);
    else if (tag.tagName.text === 'default') defaultText = commentText(tag.comment);
  }
  const text = doc ? commentText(doc.comment) : sameLineComment(node);
  return {
    params,
    ...(text ? { text } : {}),
    ...(returns ? { returns } : {}),
    ...(defaultText ? { defaultText } : {}),
  };
}

/** A comment between the properties of one line: the parser takes it for the end of the one before. */
function sameLineComment(node: ts.Node): string | undefined {
  const api = typescript();
  if (!api.isPropertySignature(node) && !api.isBindingElement(node)) return undefined;
  const text = node.getSourceFile().text;
  const range = (api.getTrailingCommentRanges(text, node.pos) ?? []).at(-1);
  if (!range || !text.startsWith('/**', range.pos)) return undefined;
  if (text.slice(range.end, node.getStart()).includes('\n')) return undefined;
  return commentText(text.slice(range.pos + 3, range.end - 2).replace(/^\s*\* ?/gm, ''));
}

function collectParam(tag: ts.JSDocParameterTag, params: Map<string, ParamTag>): void {
  const api = typescript();
  const type = tag.typeExpression?.type;
  if (type && api.isJSDocTypeLiteral(type))
    // `@param args` with `@param args.x` below it comes as one tag with the others inside
    for (const inner of type.jsDocPropertyTags ?? [])
      if (api.isJSDocParameterTag(inner)) collectParam(inner, params);
  const name = api.isQualifiedName(tag.name) ? tag.name.right.text : tag.name.text;
  params.set(name, {
    text: commentText(tag.comment) ?? '',
    optional: tag.isBracketed,
    ...(type && !api.isJSDocTypeLiteral(type) ? { type } : {}),
  });
}

function commentText(comment: string | ts.NodeArray<ts.JSDocComment> | undefined): string | undefined {
  const text = typescript().getTextOfJSDocComment(comment);
  const clean = text
    ?.replace(/^[-–—\s]+/, '')
    .replace(/[ \t]+$/gm, '')
    .trim();
  return clean === '' ? undefined : clean;
}
