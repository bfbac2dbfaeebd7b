import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../core/package-root.ts';
import { checkSaved } from '../notebooks/check-saved.ts';
import { declaringCell } from '../notebooks/executed-cells.ts';
import { detectKernel } from '../notebooks/kernel.ts';
import { kernelCommandLine } from '../notebooks/kernel-command-line.ts';
import { locateNotebook } from '../notebooks/locate-notebook.ts';
import { mapFrame } from './bundle-map.ts';
import { sourceNotFound } from './errors.ts';
import { localRoot } from './local-root.ts';
import { parseStack } from './stack-frame.ts';

/** Where a function that was given as a value is defined. */
export interface LocatedSource {
  /** Absolute path. */
  readonly filename: string;
  readonly handler: string;
}

/**
 * Finds the source of a function for `codeToFunction(train)`: its name, and the file of the caller; in a notebook kernel the
 * notebook.
 * @param fn the handler itself
 * @param callerStack `new Error().stack` taken where the user called
 * @throws SOURCE_NOT_FOUND, in a kernel NOTEBOOK_NOT_LOCATED and NOTEBOOK_NOT_SAVED
 */
export async function locateSource(
  fn: { readonly name: string },
  callerStack: string,
): Promise<LocatedSource> {
  const handler = fn.name.replace(/^bound /, '');
  if (handler === '' || handler === 'default' || handler === 'anonymous')
    throw sourceNotFound('the function has no name, so its source cannot be found', {
      hint: 'give it one (`async function train(ctx, …)`), or name the source: codeToFunction({ filename, handler })',
    });
  const file = callerFile(callerStack);
  if (file !== undefined) return { filename: file, handler };
  if (detectKernel() !== undefined) {
    const cell = declaringCell(handler);
    const filename = await locateNotebook({
      handler,
      cell,
      environment: process.env,
      directory: process.cwd(),
      argv: kernelCommandLine(),
    });
    if (cell !== undefined) checkSaved(filename, handler, cell);
    return { filename, handler };
  }
  throw sourceNotFound(`the source of "${handler}" cannot be told from where codeToFunction was called`, {
    hint: `name it: codeToFunction({ filename: 'train.ts', handler: '${handler}' }), or call it from a file or notebook`,
  });
}

/** The first file on the stack that is neither ours nor Node's nor a package's; none if a notebook cell comes first. */
export function callerFile(stack: string): string | undefined {
  for (const frame of parseStack(stack)) {
    if (/^evalmachine\b|^<anonymous>|^vm:|^notebook:cell-\d+$/.test(frame.file)) return undefined;
    const bundle = path.basename(frame.file) === 'main.mjs' ? path.dirname(frame.file) : undefined;
    const { file } = mapFrame(frame);
    const original = /^(?:source|notebook):(.+?)(?:#cell-\d+)?$/.exec(file)?.[1];
    if (original !== undefined) {
      if (original.includes('node_modules/')) continue;
      const resolved = path.resolve((bundle && localRoot(bundle)) ?? process.cwd(), original);
      if (existsSync(resolved)) return resolved;
    } else if (isOwnFile(file)) return sourceOfBuilt(file);
  }
  return undefined;
}

function isOwnFile(file: string): boolean {
  if (!path.isAbsolute(file) || file.includes(`${path.sep}node_modules${path.sep}`)) return false;
  const [top, , third] = path.relative(packageRoot(), file).split(path.sep);
  return !(top === 'dist' || (top === 'src' && third !== 'catalog'));
}

/** A compiled file with a source map beside it stands for its source. */
function sourceOfBuilt(file: string): string {
  const map = `${file}.map`;
  if (!existsSync(map)) return file;
  const { sources } = JSON.parse(readFileSync(map, 'utf8')) as { sources?: readonly string[] };
  const [only] = sources ?? [];
  const source = sources?.length === 1 && only ? path.resolve(path.dirname(file), only) : undefined;
  return source && existsSync(source) ? source : file;
}
