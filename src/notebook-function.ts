import type { UntypedFunction } from './code-to-function.ts';
import { globalState } from './core/global-state.ts';
import { currentWorkspace } from './current-workspace.ts';
import { createFunctionHandle, type FunctionHandle } from './function-handle.ts';
import type { Context } from './runtime/context.ts';

type Arguments = Readonly<Record<string, unknown>>;

// bundles of notebooks look for what executes them here, in whatever process they are loaded
globalState('notebook-runner', () => async (...call: Parameters<RunBundledNotebook>) => {
  const { runBundledNotebook } = await import('./projects/notebook-run/run-notebook.ts');
  return runBundledNotebook(...call);
});

type RunBundledNotebook = typeof import('./projects/notebook-run/run-notebook.ts').runBundledNotebook;

/**
 * A whole notebook as a function: run, it executes all cells in a kernel of its own, with the variables of the cell tagged
 * `parameters` set to the given params. Inside, `getOrCreateContext` gives the run's own context. The executed notebook and its
 * HTML are artifacts of the run, also when a cell fails.
 *
 * @example
 * const report = await notebookFunction('report.ipynb');
 * const run = await report.run({ params: { since: new Date('2024-01-01') } });
 */
export async function notebookFunction(
  filename: string,
): Promise<FunctionHandle<UntypedFunction['args'], UntypedFunction['results']>> {
  const workspace = await currentWorkspace();
  const [{ packageNotebook }, { runNotebook }, { notebookHandler }] = await Promise.all([
    import('./projects/notebook-run/package-notebook.ts'),
    import('./projects/notebook-run/run-notebook.ts'),
    import('./projects/notebook-run/notebook-parameters.ts'),
  ]);
  const { packaged, source } = packageNotebook(workspace, filename);
  const live = (context: Context, args: Arguments): Promise<void> => runNotebook(context, args, source);
  return createFunctionHandle(
    currentWorkspace,
    packaged,
    notebookHandler,
    live as (...args: never[]) => unknown,
  );
}
