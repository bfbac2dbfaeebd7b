import type { FunctionSpec, HandlerSpec, ParameterSpec, ResultSpec } from './function-spec.ts';
import { propertyKey, schemaText } from './schema-text.ts';

/**
 * Text of `slipway.d.ts`: tells the compiler the params, inputs and results of functions that are known by name only, by
 * declaration merging into `FunctionTypes`. A function goes by its name, its further handlers by theirs, unless the name is
 * taken by a function.
 */
export function renderTypes(functions: readonly FunctionSpec[]): string {
  const contracts = new Map<string, HandlerSpec>();
  for (const { spec } of functions)
    for (const handler of Object.values(spec.handlers)) contracts.set(handler.name, handler);
  for (const { metadata, spec } of functions) {
    const main = spec.handlers[spec.defaultHandler];
    if (main) contracts.set(metadata.name, main);
  }
  const entries = [...contracts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, handler]) => renderEntry(name, handler));
  return `// Written by \`slipway types\` and by every build. Do not edit.
import 'slipway';

declare module 'slipway' {
  interface FunctionTypes {
${entries.join('\n')}
  }
}
`;
}

function renderEntry(name: string, handler: HandlerSpec): string {
  return [
    ...docLines(handler.doc, '    '),
    `    ${JSON.stringify(name)}: {`,
    `      args: ${renderArgs(handler)};`,
    `      results: ${renderResults(handler.results)};`,
    '    };',
  ].join('\n');
}

function renderArgs(handler: HandlerSpec): string {
  const lines = handler.parameters.flatMap((parameter) => [
    ...docLines(parameter.doc, '        '),
    `        ${propertyKey(parameter.name)}${parameter.required ? '' : '?'}: ${parameterType(parameter)};`,
  ]);
  if (handler.acceptsUnknown) lines.push('        [name: string]: unknown;');
  return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n      }`;
}

function parameterType({ role, typeText = '', schema }: ParameterSpec): string {
  if (role === 'input') return /\b(DataItem|Dataset|Model|Artifact)\b/.exec(typeText)?.[1] ?? 'DataItem';
  return schema ? schemaText(schema) : 'unknown';
}

function renderResults(results: readonly ResultSpec[]): string {
  const lines = results.flatMap((result) => [
    ...docLines(result.doc, '        '),
    `        ${propertyKey(result.name)}: ${resultType(result)};`,
  ]);
  return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n      }`;
}

const plainWords: ReadonlySet<string> = new Set(
  'number string boolean bigint null undefined unknown true false readonly Record Array ReadonlyArray Date Artifact Dataset Model DataItem'.split(
    ' ',
  ),
);

/** The type as written where it means the same everywhere; an alias of the user's file does not. */
function resultType({ role, typeText }: ResultSpec): string {
  if (typeText === undefined) return role === 'artifact' ? 'Artifact' : 'unknown';
  const words =
    typeText
      .replace(/'[^']*'/g, '')
      .replace(/[\w$]+\??:/g, '')
      .match(/[A-Za-z_$][\w$]*/g) ?? [];
  return words.every((word) => plainWords.has(word)) ? typeText : 'unknown';
}

function docLines(doc: string | undefined, indent: string): string[] {
  if (doc === undefined) return [];
  const lines = doc.replace(/\*\//g, '* /').split('\n');
  if (lines.length === 1) return [`${indent}/** ${lines[0]} */`];
  return [`${indent}/**`, ...lines.map((line) => `${indent} * ${line}`.trimEnd()), `${indent} */`];
}
