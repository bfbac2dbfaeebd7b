import type { Workspace } from './workspace.ts';
import { secretMissing } from './workspace-errors.ts';

/** Values of secrets by name, from the caller's environment. Throws `SECRET_MISSING` before anything starts. */
export function collectSecrets(workspace: Workspace, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => {
      const value = workspace.env[name];
      if (value === undefined || value === '')
        throw secretMissing(`secret "${name}" has no value`, {
          hint: `set the environment variable ${name} where the run is started`,
        });
      return [name, value];
    }),
  );
}
