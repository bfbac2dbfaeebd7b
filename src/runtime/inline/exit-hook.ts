import { runExited } from '../errors.ts';
import { activeScope } from './inline-scope.ts';

/** `process.exit` inside a run ends the run, not the process: as an error, whatever the code. */
export function hookExit(): () => void {
  const original = process.exit;
  const hooked = (code?: number | string | null): never => {
    const scope = activeScope();
    if (!scope) return original.call(process, code);
    const exitCode = Number(code ?? process.exitCode ?? 0);
    const error = runExited(
      `run "${scope.name}" called process.exit(${exitCode}) before its handler returned`,
      {
        hint: 'return from the handler to complete the run, throw an error to fail it',
      },
    );
    scope.interruption.raise({ error: error.toJSON(), exitCode });
    // unwinds the caller, who does not expect to go on
    throw error;
  };
  process.exit = hooked;
  return () => {
    if (process.exit === hooked) process.exit = original;
  };
}
