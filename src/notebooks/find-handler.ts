import type ts from 'typescript-ast';
import { nearestName } from '../core/nearest-name.ts';
import { isFunctionLiteral, unwrapExpression } from './call-expression.ts';
import { handlerNotFound } from './errors.ts';
import type { Statement } from './statement.ts';
import { typescript } from './typescript.ts';

/** A top-level function that could be a handler. */
export interface Candidate {
  readonly name: string;
  /** Where it stands: `cell 5`, or `line 12`. */
  readonly place: string;
  /** Its first parameter is a Context, by type or by name, or there is none. */
  readonly takesContext: boolean;
  readonly exported: boolean;
  /** Never a handler, unless asked for by name: then it is refused. */
  readonly isGenerator: boolean;
}

type FunctionLike = ts.FunctionDeclaration | ts.FunctionExpression | ts.ArrowFunction;

/** The function that a statement declares, or assigns to a constant. */
export function candidatesOf(statement: Statement, place: string): Candidate[] {
  const api = typescript();
  const { node } = statement;
  const exported = statement.exports.length > 0;
  const candidate = (name: string, { parameters, asteriskToken }: FunctionLike): Candidate => ({
    name,
    place,
    exported,
    takesContext: takesContext(parameters[0]?.getText()),
    isGenerator: asteriskToken !== undefined,
  });
  if (api.isFunctionDeclaration(node))
    return node.body ? [candidate(node.name?.text ?? 'default', node)] : [];
  if (api.isExportAssignment(node)) {
    const value = unwrapExpression(node.expression);
    return isFunctionLiteral(value) ? [candidate('default', value)] : [];
  }
  if (!api.isVariableStatement(node)) return [];
  return node.declarationList.declarations.flatMap(({ name, initializer }) => {
    const value = initializer && unwrapExpression(initializer);
    return value && isFunctionLiteral(value) && api.isIdentifier(name) ? [candidate(name.text, value)] : [];
  });
}

function takesContext(parameter: string | undefined): boolean {
  return (
    parameter !== undefined &&
    (/:\s*(?:\w+\.)?Context\b/.test(parameter) || /^_?(ctx|context)\b/.test(parameter))
  );
}

/** HANDLER_NOT_FOUND with the functions there are, and the nearest name. */
export function missingHandler(
  name: string | undefined,
  source: string,
  candidates: readonly Candidate[],
  remarks: readonly string[] = [],
): Error {
  const names = candidates.map((candidate) => candidate.name);
  const nearest = name === undefined ? undefined : nearestName(name, names);
  const list = candidates.map((candidate) => `"${candidate.name}" (${candidate.place})`).join(', ');
  const hints = [
    nearest === undefined ? undefined : `did you mean "${nearest}"?`,
    list === '' ? 'no top-level function is defined there' : `functions there: ${list}`,
    ...remarks,
  ].filter((hint) => hint !== undefined);
  const what =
    name === undefined ? `"${source}" defines no handler` : `handler "${name}" is not defined in "${source}"`;
  return handlerNotFound(what, {
    hint: hints.join('; '),
    details: {
      handler: name,
      source,
      candidates: candidates.map(({ name: each, place }) => ({ name: each, place })),
    },
  });
}
