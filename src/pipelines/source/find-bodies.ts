import type ts from 'typescript-ast';
import type { FunctionNode } from '../../functions/find-function.ts';
import { typescript } from '../../notebooks/typescript.ts';
import { strip } from './reference-scope.ts';

/** A call of `pipeline(name, body)` in a source file. */
export interface PipelineBodySource {
  /** The name, where it is written as plain text. */
  readonly name: string | undefined;
  readonly body: FunctionNode;
}

/** Every pipeline of a source file: calls of `pipeline`, under whatever name it is imported, with a function given or named. */
export function findBodies(source: ts.SourceFile): readonly PipelineBodySource[] {
  const api = typescript();
  const names = pipelineNames(source);
  const found: PipelineBodySource[] = [];
  const visit = (node: ts.Node): void => {
    if (api.isCallExpression(node) && names.has(calleeName(node))) {
      const [name, given] = node.arguments;
      const body = given === undefined ? undefined : resolveFunction(source, strip(given));
      if (body !== undefined)
        found.push({ name: name && api.isStringLiteralLike(name) ? name.text : undefined, body });
    }
    api.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function calleeName(call: ts.CallExpression): string {
  const api = typescript();
  const callee = strip(call.expression);
  if (api.isPropertyAccessExpression(callee)) return callee.name.text;
  return api.isIdentifier(callee) ? callee.text : '';
}

function pipelineNames(source: ts.SourceFile): ReadonlySet<string> {
  const api = typescript();
  const names = new Set(['pipeline']);
  for (const statement of source.statements) {
    if (!api.isImportDeclaration(statement)) continue;
    const bindings = statement.importClause?.namedBindings;
    if (bindings === undefined || !api.isNamedImports(bindings)) continue;
    for (const one of bindings.elements) if (one.propertyName?.text === 'pipeline') names.add(one.name.text);
  }
  return names;
}

function resolveFunction(source: ts.SourceFile, node: ts.Node): FunctionNode | undefined {
  const api = typescript();
  if (api.isArrowFunction(node) || api.isFunctionExpression(node)) return node;
  if (!api.isIdentifier(node)) return undefined;
  for (const statement of source.statements) {
    if (api.isFunctionDeclaration(statement) && statement.name?.text === node.text) return statement;
    if (!api.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations)
      if (api.isIdentifier(name) && name.text === node.text && initializer !== undefined)
        return resolveFunction(source, strip(initializer));
  }
  return undefined;
}
