import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type LineCounter, parseDocument, stringify, LineCounter as YamlLines } from 'yaml';
import { checkFunctionShape, type ShapeProblem } from './check-function-shape.ts';
import { functionYamlInvalid } from './errors.ts';
import type { FunctionSpec, PackagedFunction } from './function-spec.ts';

export { materialiseFunction } from './materialise-function.ts';

/**
 * A packaged function as YAML.
 * @param options.embed put the bundle's files in, so that the file is complete in itself; without them it only works
 * where the bundle is in the cache
 */
export function renderFunctionYaml(packaged: PackagedFunction, options: { readonly embed: boolean }): string {
  const { apiVersion, kind, metadata, spec } = packaged.spec;
  const { files: _, ...rest } = spec;
  const files = options.embed ? { files: readFiles(packaged.bundle.directory) } : {};
  const document = {
    apiVersion,
    kind,
    metadata,
    spec: { ...rest, bundle: packaged.bundle.manifest, ...files },
  };
  return stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
}

function readFiles(directory: string): Record<string, string> {
  return Object.fromEntries(
    ['main.mjs', 'main.mjs.map'].map((name) => [name, readFileSync(path.join(directory, name), 'utf8')]),
  );
}

/**
 * Reads a `function.yaml`.
 * @param file only for messages
 * @throws FUNCTION_YAML_INVALID with line and column
 */
export function parseFunctionYaml(text: string, file: string): FunctionSpec {
  const lines = new YamlLines();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error) throw invalid(file, error.message.split('\n')[0] ?? 'it does not parse', lines, error.pos[0]);
  const content: unknown = document.toJS();
  const problem = checkFunctionShape(content);
  if (problem) throw invalid(file, renderProblem(problem), lines, offsetOf(document, problem.path));
  return content as FunctionSpec;
}

function renderProblem({ path: at, expected, got, hint }: ShapeProblem): string {
  const where = at.length === 0 ? 'the document' : `"${at.join('.')}"`;
  return `${where} ${expected}${got === undefined ? '' : `, got ${got}`}${hint === undefined ? '' : `; ${hint}`}`;
}

/** Offset of the value at a path, or of the nearest thing around it that is there. */
function offsetOf(document: ReturnType<typeof parseDocument>, at: readonly (string | number)[]): number {
  for (let length = at.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(at.slice(0, length), true);
    const range = (node as { range?: readonly number[] | null } | undefined | null)?.range;
    if (range) return range[0] ?? 0;
  }
  return 0;
}

function invalid(file: string, reason: string, lines: LineCounter, offset: number): Error {
  const { line, col } = lines.linePos(offset);
  return functionYamlInvalid(`"${file}" cannot be read at line ${line}, column ${col}: ${reason}`, {
    hint: 'write it with `fn.export("function.yaml")` or `slipway build`',
    location: { file, line, column: col },
  });
}
