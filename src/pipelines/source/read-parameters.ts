import type ts from 'typescript-ast';
import { docText } from '../../functions/doc-comment.ts';
import type { FunctionNode } from '../../functions/find-function.ts';
import type { ParameterSpec } from '../../functions/function-spec.ts';
import { handlerParameters } from '../../functions/handler-parameters.ts';
import { createFileScope, createSourceReader, type SourceScope } from '../../functions/source-scope.ts';
import { parseSource, typescript } from '../../notebooks/typescript.ts';
import { strip } from './reference-scope.ts';

/** What the second parameter of a pipeline's body says about the pipeline's parameters. */
export interface PipelineSignature {
  readonly parameters: readonly ParameterSpec[];
  /** Whether names beyond these are taken (`...rest`, or a parameter that is not taken apart). */
  readonly acceptsUnknown: boolean;
}

const nothing: PipelineSignature = { parameters: [], acceptsUnknown: false };

/**
 * Reads a pipeline's parameters and their literal defaults from the text of its body function: all that a running program
 * knows of it. Types are known where the source file is read (`signatureOf`).
 */
export function readSignature(name: string, body: (...args: never[]) => unknown): PipelineSignature {
  const text = body.toString();
  if (body.length < 2 && !/^(async\s*)?(function\b[^(]*|[\w$]+\s*)?\(\s*[\w$]+\s*,/.test(text))
    return nothing;
  const source = parseSource('pipeline.js', `(${text})`);
  const node = findFunction(source);
  if (node === undefined) return { parameters: [], acceptsUnknown: true };
  return signatureOf(name, node, createFileScope('pipeline.js', source, createSourceReader()));
}

/** The same from a parsed source, with types, their schemas and documentation. */
export function signatureOf(name: string, node: FunctionNode, scope: SourceScope): PipelineSignature {
  const found = { declaration: node, node, scope, contextual: [] };
  const { parameters, acceptsUnknown } = handlerParameters(name, found, docText(node));
  return { parameters: parameters.map(asParam), acceptsUnknown };
}

/** A pipeline takes data by its path or URL, which is a value like any other. */
function asParam(parameter: ParameterSpec): ParameterSpec {
  return parameter.role === 'param' ? parameter : { ...parameter, role: 'param', schema: { type: 'string' } };
}

function findFunction(source: ts.SourceFile): FunctionNode | undefined {
  const api = typescript();
  const [statement] = source.statements;
  if (statement === undefined || !api.isExpressionStatement(statement)) return undefined;
  const expression = strip(statement.expression);
  return api.isArrowFunction(expression) || api.isFunctionExpression(expression) ? expression : undefined;
}
