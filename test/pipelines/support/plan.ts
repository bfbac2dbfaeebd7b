import type { Plan, PlanStep, PlanValue } from '../../../src/pipelines/plan/plan.ts';
import { packaged } from './packaged.ts';

export const output = (step: string, ...path: readonly string[]): PlanValue => ({
  type: 'output',
  step,
  path,
});
export const literal = (value: string | number | boolean): PlanValue => ({ type: 'literal', value });

/** A step with defaults; `data` arguments are inputs. */
export function step(id: string, more: Partial<PlanStep> = {}): PlanStep {
  return { id, function: 'any', arguments: {}, after: [], options: {}, ...more };
}

/** A plan whose steps all call one function that takes anything, with `data` as an input. */
export function plan(steps: readonly PlanStep[], more: Partial<Plan['spec']> = {}): Plan {
  const { spec, bundle } = packaged('any');
  return {
    apiVersion: 'slipway/v1',
    kind: 'Plan',
    metadata: { name: 'demo', project: 'demo' },
    spec: {
      parameters: [],
      arguments: {},
      functions: {
        any: {
          name: spec.metadata.name,
          handler: 'any',
          digest: bundle.digest,
          handlerSpec: {
            name: 'any',
            parameters: [{ name: 'data', role: 'input', required: false }],
            results: [],
            acceptsUnknown: true,
          },
        },
      },
      steps,
      outputs: {},
      onFailure: 'stop',
      ...more,
    },
  };
}
