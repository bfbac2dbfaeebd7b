import { globalState } from '../core/global-state.ts';
import { tslabJupyter } from './tslab-module.ts';

/**
 * Texts of the cells that this kernel was given since the package was loaded, in order. Empty outside tslab, and in a tslab
 * that is built otherwise than 1.0.22: what is made of it must be a bonus, never a condition.
 */
const executed = (): string[] => globalState<string[]>('executed-cells', () => []);

/** The latest executed cell that declares a function or variable of this name. */
export function declaringCell(name: string): string | undefined {
  const declaration = new RegExp(
    `\\b(?:function\\*?|const|let|var|class)\\s+${name.replace(/\$/g, '\\$')}\\b`,
  );
  return executed().findLast((text) => declaration.test(text));
}

/** Names with the latest executed cell that declares each at its top level. */
export function declaredByCells(): ReadonlyMap<string, string> {
  return new Map(executed().flatMap((text) => topLevelNames(text).map((name) => [name, text] as const)));
}

const declaration =
  /^(?:export\s+)?(?:async\s+)?(?:function\*?|abstract\s+class|class|const\s+enum|enum|const|let|var|interface|type)\s+([\w$]+)/gm;

/** Names that a cell's text declares at the beginning of a line: what is indented is local to something. */
export function topLevelNames(text: string): readonly string[] {
  return [...text.matchAll(declaration)].flatMap(([, name]) => (name === undefined ? [] : [name]));
}

/** Notes every cell from now on; once a process, and only inside tslab. */
export function recordExecutedCells(): void {
  globalState('cell-recorder', () => {
    const handler = tslabJupyter()?.JupyterHandlerImpl?.prototype;
    const original = handler?.handleExecuteImpl;
    if (!handler || typeof original !== 'function') return false;
    handler.handleExecuteImpl = function (this: unknown, request: { code?: unknown }, ...rest: unknown[]) {
      if (typeof request.code === 'string') executed().push(request.code);
      return original.call(this, request, ...rest) as unknown;
    };
    return true;
  });
}
