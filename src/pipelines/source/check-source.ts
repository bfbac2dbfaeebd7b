import type ts from 'typescript-ast';
import { toJson } from '../../core/json.ts';
import { parseSource, typescript } from '../../notebooks/typescript.ts';
import { referenceAsValue } from '../errors.ts';
import { findBodies } from './find-bodies.ts';
import { findHandles, isReference, mapBodyOf, type ReferenceScope, strip } from './reference-scope.ts';
import { useOf } from './reference-use.ts';

/** A reference that a pipeline's source uses as if it had a value. Lines and columns count from 1. */
export interface ReferenceMisuse {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The expression as written: `m.accuracy`. */
  readonly expression: string;
  /** How it is used: `as a condition`. */
  readonly use: string;
  readonly sourceLine: string;
}

/**
 * Finds in the source of a pipeline file what cannot be seen while it is built: references that are tested for truth, compared,
 * awaited, put into texts, computed with or iterated. Only what is certainly a reference is reported.
 */
export function findReferenceMisuses(text: string, file: string): readonly ReferenceMisuse[] {
  return misusesIn(parseSource(file, text), file);
}

/** The same over a parsed file. */
export function misusesIn(source: ts.SourceFile, file: string): readonly ReferenceMisuse[] {
  const handles = findHandles(source);
  return findBodies(source).flatMap(({ body }) => {
    const [first] = body.parameters;
    const context =
      first !== undefined && typescript().isIdentifier(first.name) ? first.name.text : undefined;
    return checkBody(body, { handles, references: new Set(), context }, source, file);
  });
}

/** Throws `REFERENCE_AS_VALUE` for everything that `findReferenceMisuses` finds. */
export function refuseMisuses(misuses: readonly ReferenceMisuse[]): void {
  const [first] = misuses;
  if (first === undefined) return;
  const lines = misuses.map(
    ({ file, line, column, expression, use }) =>
      `${file}:${line}:${column}: "${expression}" is used ${use}, but is the output of a step and known only when the pipeline runs`,
  );
  const { file, line, column, sourceLine } = first;
  throw referenceAsValue(
    lines.length === 1
      ? (lines[0] ?? '')
      : `${lines.length} references are used as values\n  ${lines.join('\n  ')}`,
    {
      hint: 'to decide by it use p.when(gt(…), () => …); to compute with it write a step; to pass it on use it as an argument',
      location: { file, line, column, sourceLine },
      details: { misuses: toJson(misuses) },
    },
  );
}

function checkBody(
  body: ts.SignatureDeclaration,
  scope: ReferenceScope,
  source: ts.SourceFile,
  file: string,
): readonly ReferenceMisuse[] {
  const api = typescript();
  const found: ReferenceMisuse[] = [];
  const mapBodies = new Set<ts.Node>();
  const report = (node: ts.Node, use: string): void => {
    const { line, character } = source.getLineAndCharacterOfPosition(node.getStart(source));
    const sourceLine = source.text.split(/\r?\n/)[line] ?? '';
    found.push({
      file,
      line: line + 1,
      column: character + 1,
      expression: node.getText(source),
      use,
      sourceLine,
    });
  };
  const visit = (node: ts.Node, outer: ReferenceScope): void => {
    const inner = enter(node, outer, mapBodies);
    const mapBody = mapBodyOf(node, inner);
    if (mapBody !== undefined) mapBodies.add(mapBody);
    if (api.isVariableDeclaration(node)) declare(node, inner);
    for (const { operand, use } of useOf(node)) if (isReference(operand, inner)) report(strip(operand), use);
    api.forEachChild(node, (child) => visit(child, inner));
  };
  const block = (body as ts.FunctionLikeDeclaration).body;
  if (block !== undefined) visit(block, scope);
  return found;
}

/** Blocks and functions have names of their own, which may hide outer ones. */
function enter(node: ts.Node, scope: ReferenceScope, mapBodies: ReadonlySet<ts.Node>): ReferenceScope {
  const api = typescript();
  if (!api.isBlock(node) && !api.isFunctionLike(node)) return scope;
  const references = new Set(scope.references);
  if (api.isFunctionLike(node)) {
    const isItem = mapBodies.has(node);
    for (const parameter of node.parameters)
      for (const name of boundNames(parameter.name)) {
        if (isItem) references.add(name);
        else references.delete(name);
      }
  }
  return { ...scope, references };
}

/** A variable that is given a reference is one; so are the names of a pattern that takes one apart. */
function declare(node: ts.VariableDeclaration, scope: ReferenceScope): void {
  const api = typescript();
  if (node.initializer === undefined) return;
  const names = boundNames(node.name);
  const isOne = isReference(node.initializer, scope);
  for (const name of names)
    if (isOne) scope.references.add(name);
    else if (api.isIdentifier(node.name)) scope.references.delete(name);
}

function boundNames(name: ts.BindingName): readonly string[] {
  const api = typescript();
  if (api.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) =>
    api.isOmittedExpression(element) ? [] : boundNames(element.name),
  );
}
