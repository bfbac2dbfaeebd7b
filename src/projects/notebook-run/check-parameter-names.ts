import { nearestName } from '../../core/nearest-name.ts';
import { invalidParams } from '../../functions/errors.ts';
import type { NotebookSource } from './notebook-source.ts';

/** Refuses names that the notebook's `parameters` cell does not declare (INVALID_PARAMS): they would set nothing. */
export function checkParameterNames(
  names: readonly string[],
  { path, parameters }: Pick<NotebookSource, 'path' | 'parameters'>,
): void {
  if (parameters === undefined) return;
  const unknown = names.filter((name) => !parameters.includes(name));
  if (unknown.length === 0) return;
  const list = unknown.map((name) => {
    const nearest = nearestName(name, parameters);
    return nearest === undefined ? `"${name}"` : `"${name}" (did you mean "${nearest}"?)`;
  });
  throw invalidParams(`notebook "${path}" does not declare ${list.join(', ')}`, {
    hint: `its cell tagged "parameters" declares: ${parameters.join(', ') || 'nothing'}`,
    details: {
      problems: unknown.map((name) => ({
        code: 'PARAM_UNKNOWN',
        name,
        message: `param "${name}" is not declared`,
      })),
    },
  });
}
