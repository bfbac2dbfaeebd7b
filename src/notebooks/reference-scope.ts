import type ts from 'typescript-ast';
import { bindingNames, declaredNames, hoistedVars, listNames } from './declared-names.ts';
import { typescript } from './typescript.ts';

/** Names visible inside a function or block; the outermost scope has none, so what is not found is a free name. */
export class Scope {
  readonly #names: Set<string>;
  readonly #parent: Scope | undefined;

  constructor(names: Iterable<string>, parent?: Scope) {
    this.#names = new Set(names);
    this.#parent = parent;
  }

  has(name: string): boolean {
    return this.#names.has(name) || (this.#parent?.has(name) ?? false);
  }
}

/** What a function adds: its parameters, its own name if it is an expression, and everything its body declares. */
export function functionNames(node: ts.SignatureDeclaration): string[] {
  const api = typescript();
  const names = node.parameters.flatMap((parameter) => bindingNames(parameter.name));
  if (api.isFunctionExpression(node) && node.name) names.push(node.name.text);
  const body = 'body' in node ? (node.body as ts.Node | undefined) : undefined;
  if (body && api.isBlock(body)) names.push(...hoistedVars(body), ...blockNames(body.statements));
  if (!api.isArrowFunction(node)) names.push('arguments');
  return names;
}

/** What a block, loop, catch clause or switch adds; undefined for nodes that open no scope. */
export function scopeNames(node: ts.Node): string[] | undefined {
  const api = typescript();
  if (api.isBlock(node) || api.isModuleBlock(node)) return blockNames(node.statements);
  if (api.isCaseBlock(node)) return node.clauses.flatMap((clause) => blockNames(clause.statements));
  if (api.isCatchClause(node))
    return node.variableDeclaration ? bindingNames(node.variableDeclaration.name) : [];
  if (api.isClassExpression(node)) return node.name ? [node.name.text] : [];
  if (api.isEnumDeclaration(node))
    return node.members.map((member) => (api.isIdentifier(member.name) ? member.name.text : ''));
  if (api.isForStatement(node) || api.isForInStatement(node) || api.isForOfStatement(node)) {
    const list = node.initializer;
    const scoped =
      list && api.isVariableDeclarationList(list) && (list.flags & api.NodeFlags.BlockScoped) !== 0;
    return scoped ? listNames(list) : [];
  }
  return undefined;
}

function blockNames(statements: readonly ts.Statement[]): string[] {
  const api = typescript();
  // `var` inside nested statements belongs to the function, which has counted it already
  return statements.flatMap((statement) =>
    api.isVariableStatement(statement) ||
    api.isFunctionDeclaration(statement) ||
    api.isClassDeclaration(statement) ||
    api.isEnumDeclaration(statement) ||
    api.isModuleDeclaration(statement) ||
    api.isImportEqualsDeclaration(statement)
      ? declaredNames(statement)
      : [],
  );
}
