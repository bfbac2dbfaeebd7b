import type TypeScript from 'typescript-ast';
import type { Json } from '../core/json.ts';
import type { ParameterSpec } from '../functions/function-spec.ts';
import { parseSource, type TypeScript as Ts, typescript } from '../notebooks/typescript.ts';

/** What the second parameter of a pipeline's body says about the pipeline's parameters. */
export interface PipelineSignature {
  readonly parameters: readonly ParameterSpec[];
  /** Whether names beyond these are taken (`...rest`, or a parameter that is not taken apart). */
  readonly acceptsUnknown: boolean;
}

/** Reads a pipeline's parameters and their literal defaults from the text of its body function. */
export function readSignature(body: (...args: never[]) => unknown): PipelineSignature {
  const text = body.toString();
  if (body.length < 2 && !/^(async\s*)?(function\b[^(]*|[\w$]+\s*)?\(\s*[\w$]+\s*,/.test(text))
    return { parameters: [], acceptsUnknown: false };
  const ts = typescript();
  const source = parseSource('body.js', `(${text})`);
  const second = findFunction(ts, source)?.parameters[1];
  if (second === undefined) return { parameters: [], acceptsUnknown: true };
  if (!ts.isObjectBindingPattern(second.name)) return { parameters: [], acceptsUnknown: true };
  const elements = second.name.elements;
  return {
    parameters: elements.filter((one) => one.dotDotDotToken === undefined).map((one) => toParameter(ts, one)),
    acceptsUnknown: elements.some((one) => one.dotDotDotToken !== undefined),
  };
}

function findFunction(ts: Ts, source: TypeScript.SourceFile): TypeScript.SignatureDeclaration | undefined {
  const [statement] = source.statements;
  if (statement === undefined || !ts.isExpressionStatement(statement)) return undefined;
  let expression: TypeScript.Expression = statement.expression;
  while (ts.isParenthesizedExpression(expression)) expression = expression.expression;
  return ts.isArrowFunction(expression) || ts.isFunctionExpression(expression) ? expression : undefined;
}

function toParameter(ts: Ts, element: TypeScript.BindingElement): ParameterSpec {
  const name = (element.propertyName ?? element.name).getText().replace(/^['"]|['"]$/g, '');
  if (element.initializer === undefined) return { name, role: 'param', required: true };
  const value = literalValue(ts, element.initializer);
  const defaultText = element.initializer.getText();
  return {
    name,
    role: 'param',
    required: false,
    ...(value === undefined ? { defaultText } : { default: value }),
  };
}

/** The value of a literal expression: numbers with sign, texts, booleans, null, lists and objects of such. */
export function literalValue(ts: Ts, node: TypeScript.Expression): Json | undefined {
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node))
    return literalValue(ts, node.expression);
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (ts.isNumericLiteral(node)) return Number(node.text.replace(/_/g, ''));
  if (node.kind === ts.SyntaxKind.TrueKeyword) return true;
  if (node.kind === ts.SyntaxKind.FalseKeyword) return false;
  if (node.kind === ts.SyntaxKind.NullKeyword) return null;
  if (ts.isPrefixUnaryExpression(node)) return signedNumber(ts, node);
  if (ts.isArrayLiteralExpression(node)) {
    const items = node.elements.map((item) => literalValue(ts, item));
    return items.every((item) => item !== undefined) ? items : undefined;
  }
  return ts.isObjectLiteralExpression(node) ? objectValue(ts, node) : undefined;
}

function signedNumber(ts: Ts, node: TypeScript.PrefixUnaryExpression): Json | undefined {
  const value = literalValue(ts, node.operand);
  if (typeof value !== 'number') return undefined;
  if (node.operator === ts.SyntaxKind.MinusToken) return -value;
  return node.operator === ts.SyntaxKind.PlusToken ? value : undefined;
}

function objectValue(ts: Ts, node: TypeScript.ObjectLiteralExpression): Json | undefined {
  const entries: [string, Json][] = [];
  for (const property of node.properties) {
    if (!ts.isPropertyAssignment(property) || ts.isComputedPropertyName(property.name)) return undefined;
    const value = literalValue(ts, property.initializer);
    if (value === undefined) return undefined;
    entries.push([property.name.getText().replace(/^['"]|['"]$/g, ''), value]);
  }
  return Object.fromEntries(entries);
}
