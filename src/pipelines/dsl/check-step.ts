import { isSlipwayError, type SlipwayError } from '../../core/error.ts';
import { nearestName } from '../../core/nearest-name.ts';
import type { HandlerSpec, ParameterSpec } from '../../functions/function-spec.ts';
import { planTrials } from '../../tuning/plan-trials.ts';
import { checkSelector } from '../../tuning/selector-watch.ts';
import { parseStopExpression } from '../../tuning/stop-expression.ts';
import { pipelineInvalid } from '../errors.ts';
import type { PlanValue } from '../plan/plan.ts';
import { renderCallSite } from './call-site.ts';
import { checkParameterValue } from './check-arguments.ts';
import { checkOptions } from './check-options.ts';
import { knownValues } from './known-values.ts';
import type { DraftStep, MapDraft } from './step-request.ts';

/** What is wrong with a call inside a pipeline, by the function's own contract; empty when nothing is. */
export function checkStep(
  draft: DraftStep,
  isExit: boolean,
  maps: readonly MapDraft[] = [],
): readonly SlipwayError[] {
  const { handlers } = draft.function.spec.spec;
  const handler = handlers[draft.handler];
  if (handler === undefined) {
    const near = nearestName(draft.handler, Object.keys(handlers));
    return [problem(draft, `has no handler "${draft.handler}"`, near && `did you mean "${near}"?`)];
  }
  const given = new Set([
    ...Object.keys(draft.step.arguments),
    ...Object.keys(draft.step.sweep?.hyperparams ?? {}),
    ...(draft.step.sweep?.trials ?? []).flatMap((trial) => Object.keys(trial)),
    ...(isExit ? ['status'] : []),
  ]);
  return [
    ...missingArguments(draft, handler, given),
    ...unknownArguments(draft, handler, given, isExit),
    ...checkSweep(draft, handler),
    ...checkOptions(draft.step.options).map((message) => problem(draft, `cannot be called: ${message}`)),
    ...handler.parameters.flatMap((parameter) =>
      parameter.role === 'input' ? checkInput(draft, parameter) : checkParam(draft, parameter, maps),
    ),
  ];
}

function missingArguments(
  draft: DraftStep,
  handler: HandlerSpec,
  given: ReadonlySet<string>,
): SlipwayError[] {
  return handler.parameters
    .filter((parameter) => parameter.required && !given.has(parameter.name))
    .map((parameter) =>
      problem(
        draft,
        `is missing its ${parameter.role} "${parameter.name}"`,
        parameter.typeText && `it expects ${parameter.typeText}`,
      ),
    );
}

function unknownArguments(
  draft: DraftStep,
  handler: HandlerSpec,
  given: ReadonlySet<string>,
  isExit: boolean,
): SlipwayError[] {
  if (handler.acceptsUnknown) return [];
  const known = handler.parameters.map((parameter) => parameter.name);
  return [...given]
    .filter((name) => !known.includes(name) && !(isExit && name === 'status'))
    .map((name) => {
      const near = nearestName(name, known);
      const hint =
        near === undefined ? `it takes ${known.join(', ') || 'no arguments'}` : `did you mean "${near}"?`;
      return problem(draft, `got an argument "${name}" that it does not have`, hint);
    });
}

/** Values that are known now, those of a sweep and of a map's items included, are checked by the parameter's schema. */
function checkParam(draft: DraftStep, parameter: ParameterSpec, maps: readonly MapDraft[]): SlipwayError[] {
  const { name } = parameter;
  const { sweep } = draft.step;
  const value = draft.step.arguments[name];
  const values = [
    ...(value === undefined ? [] : knownValues(value, maps)),
    ...(sweep?.hyperparams?.[name] ?? []),
    ...(sweep?.trials ?? []).flatMap((trial) => (Object.hasOwn(trial, name) ? [trial[name] ?? null] : [])),
  ];
  const wrong = values.flatMap((one) => checkParameterValue(parameter, one));
  return [...new Set(wrong)].map((message) => problem(draft, `cannot be called: ${message}`));
}

/** What the sweep would refuse before its first trial is said now, before the first step. */
function checkSweep(draft: DraftStep, handler: HandlerSpec): SlipwayError[] {
  const { sweep } = draft.step;
  if (sweep === undefined) return [];
  const checks = [
    () => sweep.selector === undefined || checkSelector(sweep.selector, handler),
    () => sweep.stop === undefined || parseStopExpression(sweep.stop),
    () => planTrials(sweep),
  ];
  return checks.flatMap((check) => {
    try {
      check();
      return [];
    } catch (error) {
      if (!isSlipwayError(error)) throw error;
      return [problem(draft, `cannot be swept: ${error.message}`, error.hint)];
    }
  });
}

function checkInput(draft: DraftStep, parameter: ParameterSpec): SlipwayError[] {
  const value: PlanValue | undefined = draft.step.arguments[parameter.name];
  if (value === undefined) return [];
  const fits = value.type !== 'literal' || typeof value.value === 'string';
  const whole = value.type === 'output' && value.path.length === 0;
  if (fits && !whole && value.type !== 'record' && value.type !== 'list') return [];
  const got = whole
    ? `the whole step "${value.step}"`
    : JSON.stringify(value.type === 'literal' ? value.value : value.type);
  return [
    problem(
      draft,
      `expects data for its input "${parameter.name}", got ${got}`,
      'give a path, a URL, a data item, or an output of a step',
    ),
  ];
}

function problem(draft: DraftStep, what: string, hint?: string): SlipwayError {
  const where = draft.site === undefined ? '' : ` (${renderCallSite(draft.site)})`;
  return pipelineInvalid(`step "${draft.step.id}"${where} ${what}`, {
    hint,
    ...(draft.site === undefined ? {} : { location: draft.site }),
  });
}
