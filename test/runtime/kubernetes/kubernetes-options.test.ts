import { describe, expect, it } from 'vitest';
import { errorRecord } from '../../../src/core/error.ts';
import { parseKubernetesOptions } from '../../../src/runtime/kubernetes/manifest/options-schema.ts';
import { isQuantity, parseQuantity } from '../../../src/runtime/kubernetes/manifest/quantity.ts';
import { everyOption } from './example-job.ts';

const refuse = (value: unknown): ReturnType<typeof errorRecord> => {
  try {
    parseKubernetesOptions(value, 'function "train"');
  } catch (error) {
    return errorRecord(error);
  }
  throw new Error('the options were taken');
};

describe('Kubernetes options', () => {
  it('are taken as they are when they are right', () => {
    expect(parseKubernetesOptions(everyOption, 'function "train"')).toEqual(everyOption);
    expect(parseKubernetesOptions({}, 'function "train"')).toEqual({});
  });

  it.each<[unknown, RegExp]>([
    [{ memory: '1Gi' }, /"memory" is not known/],
    [{ limits: { memory: '1GB' } }, /"limits.memory": expected an amount such as .* got "1GB"/],
    [{ limits: { cpus: 1 } }, /"limits.cpus" is not known/],
    [{ gpus: 0.5 }, /"gpus": expected a whole number/],
    [{ serviceAccount: 'Robot' }, /"serviceAccount": expected the name of an object/],
    [{ namespace: 'a.b' }, /"namespace": expected/],
    [{ labels: { 'slipway.run': 'mine' } }, /"labels.slipway.run": labels that begin with "slipway."/],
    [{ labels: { team: 'sea birds' } }, /"labels.team": expected the value of a label/],
    [{ preemption: 'never' }, /"preemption"/],
    [{ tolerations: [{ key: 'a', effect: 'Never' }] }, /"tolerations.0.effect"/],
    [{ volumes: [{ kind: 'nfs', mountPath: '/a' }] }, /"volumes.0.kind"/],
    [
      { volumes: [{ kind: 'pvc', claim: 'a', mountPath: 'data' }] },
      /"volumes.0.mountPath": expected an absolute path/,
    ],
    [{ volumes: [{ kind: 'pvc', claim: 'a', mountPath: '/d', subPath: '../x' }] }, /"volumes.0.subPath"/],
    [
      { volumes: ['a', 'b'].map((claim) => ({ kind: 'pvc', claim, mountPath: '/d' })) },
      /"volumes": two volumes have the same mountPath/,
    ],
    [{ securityContext: { runAsUser: 0 } }, /"securityContext.runAsUser": expected 1 or more/],
    [{ env: { 'A B': 'x' } }, /"env.A B": expected the name of a variable/],
    [{ patch: { status: {} } }, /"patch.status" is not known/],
    [{ envFrom: [{ vault: 'x' }] }, /"envFrom.0": expected \{ secret \} or \{ configMap \}/],
  ])('%j are refused', (value, message) => {
    const error = refuse(value);
    expect(error).toMatchObject({
      code: 'INVALID_KUBERNETES_OPTIONS',
      message: expect.stringMatching(message),
    });
    expect(error.message).toContain('function "train"');
  });

  it('are told all their faults at once', () => {
    expect(refuse({ gpus: 0, memory: 1, ttlSeconds: -1 }).details?.issues).toHaveLength(3);
  });

  it('mount paths of the node only by consent', () => {
    const volumes = [{ kind: 'hostPath', path: '/mnt/models', mountPath: '/models' }];
    expect(refuse({ volumes }).message).toContain(
      '"/mnt/models" of function "train" is a path of the node itself',
    );
    expect(parseKubernetesOptions({ volumes, allowHostPath: true }, 'x')).toHaveProperty('volumes');
  });
});

describe('amounts', () => {
  it.each([
    ['500m', 0.5],
    ['2', 2],
    ['1.5Gi', 1.5 * 2 ** 30],
    ['128974848', 128974848],
    ['129e6', 129e6],
    ['129M', 129e6],
    [0.25, 0.25],
  ])('%s is read as %d', (text, value) => {
    expect(isQuantity(text)).toBe(true);
    expect(parseQuantity(text)).toBe(value);
  });

  it.each(['1GB', '', '-1', 'half', '1 Gi', '1KiB', Number.NaN, -1])('%s is none', (text) => {
    expect(isQuantity(text)).toBe(false);
  });
});
