import { describe, expect, it } from 'vitest';
import type { HandlerSpec } from '../../src/functions/function-spec.ts';
import { checkRequest } from '../../src/projects/check-request.ts';
import { runRequest } from '../../src/run-request.ts';

const train: HandlerSpec = {
  name: 'train',
  parameters: [],
  acceptsUnknown: true,
  results: [{ name: 'model', type: 'Model', role: 'artifact' }],
} as unknown as HandlerSpec;

describe('a request for a run', () => {
  it('with reasonable limits passes', () => {
    expect(() =>
      checkRequest(train, {
        timeoutMs: 1,
        retry: { retries: 0 },
        resources: { cpus: 0.5, memory: 1 },
        returns: { model: 'model' },
        params: { depth: 4 },
        sweep: { hyperparams: { rate: [1, 2] } },
      }),
    ).not.toThrow();
  });

  it('with limits that no run can keep is refused, all of them named', () => {
    const request = { timeoutMs: 0, retry: { retries: -1 }, resources: { cpus: 0, memory: -5 } };
    expect(() => checkRequest(train, request)).toThrow(
      /timeout of 0 ms.*-1 retries.*0 cpus.*-5 bytes of memory/,
    );
  });

  it('that gives a parameter a value and values to try is refused', () => {
    expect(() =>
      checkRequest(train, { paramTexts: { depth: '4' }, sweep: { hyperparams: { depth: [1, 2] } } }),
    ).toThrow('"depth" is given as a param and as a hyper-parameter');
  });

  it('that wants a result stored which the handler does not return is refused, with the nearest name', () => {
    expect(() => checkRequest(train, { returns: { modle: 'model' } })).toThrow(
      expect.objectContaining({
        code: 'INVALID_REQUEST',
        message: 'handler "train" returns no "modle"',
        hint: 'did you mean "model"?',
      }),
    );
  });

  it('for a handler whose results the source does not tell may want any result stored', () => {
    expect(() => checkRequest({ ...train, results: [] }, { returns: { any: 'dataset' } })).not.toThrow();
  });

  it('with an option that run() does not have is refused, with the nearest one', () => {
    const options = { hyperParams: { depth: [1, 2] } } as object;
    expect(() => runRequest(options)).toThrow(
      expect.objectContaining({
        message: 'run() has no option "hyperParams"',
        hint: 'did you mean "hyperparams"?',
      }),
    );
  });
});
