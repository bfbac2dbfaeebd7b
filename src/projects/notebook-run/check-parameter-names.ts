import { nearestName } from '../../core/nearest-name.ts';
import { invalidParams } from '../../functions/errors.ts';
import type { ArgumentProblem } from '../../functions/validate-arguments.ts';
import type { NotebookSource } from './notebook-source.ts';

type Declared = Pick<NotebookSource, 'path' | 'parameters'>;

/** Refuses names that the notebook's `parameters` cell does not declare (INVALID_PARAMS): they would set nothing. */
export function checkParameterNames(names: readonly string[], source: Declared): void {
  refuseParameters(unknownParameters(names, source), source);
}

/** One problem for each name that the `parameters` cell does not declare; without such a cell any name goes. */
export function unknownParameters(
  names: readonly string[],
  { parameters }: Declared,
): readonly ArgumentProblem[] {
  if (parameters === undefined) return [];
  return names
    .filter((name) => !parameters.includes(name))
    .map((name) => {
      const nearest = nearestName(name, parameters);
      const meant = nearest === undefined ? '' : `; did you mean "${nearest}"?`;
      return { code: 'PARAM_UNKNOWN', name, message: `param "${name}" is not declared${meant}` };
    });
}

/** Throws INVALID_PARAMS with all problems at once, if there are any. */
export function refuseParameters(problems: readonly ArgumentProblem[], { path, parameters }: Declared): void {
  if (problems.length === 0) return;
  const list = problems.map(({ message }) => message).join('; ');
  throw invalidParams(`notebook "${path}" cannot run: ${list}`, {
    hint: `its cell tagged "parameters" declares: ${(parameters ?? []).join(', ') || 'nothing'}`,
    details: { problems },
  });
}
