import { describe, expect, it } from 'vitest';
import { giveWay } from '../../../src/runtime/cluster-options/give-way.ts';
import { mergeKubernetesOptions } from '../../../src/runtime/cluster-options/merge-kubernetes-options.ts';
import { applyPatch } from '../../../src/runtime/kubernetes/manifest/job-patch.ts';
import { everyOption } from './example-job.ts';

describe('Kubernetes options of several levels', () => {
  it('are none where no level has any, and stay as they are where one has', () => {
    expect(mergeKubernetesOptions(undefined, undefined)).toBeUndefined();
    expect(mergeKubernetesOptions(undefined, everyOption, undefined)).toEqual(everyOption);
    expect(mergeKubernetesOptions(everyOption, {})).toEqual(everyOption);
    expect(mergeKubernetesOptions({}, everyOption)).toEqual(everyOption);
  });

  it('join tables by key and replace single values by those of the inner level', () => {
    expect(
      mergeKubernetesOptions(
        { namespace: 'ml', requests: { cpu: 1, memory: '1Gi' }, labels: { team: 'birds' }, gpus: 1 },
        { requests: { cpu: 2 }, nodeSelector: { disk: 'ssd' } },
        { namespace: 'lab', labels: { team: 'fish', job: 'a' }, mountToken: false },
      ),
    ).toEqual({
      namespace: 'lab',
      requests: { cpu: 2, memory: '1Gi' },
      labels: { team: 'fish', job: 'a' },
      nodeSelector: { disk: 'ssd' },
      gpus: 1,
      mountToken: false,
    });
  });

  it('add to lists without doubling, and take the inner one of two volumes in one place', () => {
    const toleration = { key: 'batch', operator: 'Exists' } as const;
    const merged = mergeKubernetesOptions(
      {
        tolerations: [toleration],
        imagePullSecrets: ['one'],
        volumes: [
          { kind: 'emptyDir', mountPath: '/data' },
          { kind: 'emptyDir', mountPath: '/scratch' },
        ],
      },
      {
        tolerations: [toleration, { key: 'gpu', operator: 'Exists' }],
        imagePullSecrets: ['one', 'two'],
        volumes: [{ kind: 'pvc', claim: 'rows', mountPath: '/data' }],
      },
    );
    expect(merged).toEqual({
      tolerations: [toleration, { key: 'gpu', operator: 'Exists' }],
      imagePullSecrets: ['one', 'two'],
      volumes: [
        { kind: 'pvc', claim: 'rows', mountPath: '/data' },
        { kind: 'emptyDir', mountPath: '/scratch' },
      ],
    });
  });

  it('do with two patches what the one and then the other would do', () => {
    const job = {
      spec: { ttl: 1, template: { spec: { containers: [{ name: 'main', tty: true }], hostname: 'a' } } },
    };
    const first = {
      spec: {
        suspend: true,
        template: { spec: { hostname: null, containers: [{ name: 'main', stdin: true }] } },
      },
    };
    const second = {
      spec: {
        suspend: null,
        template: { spec: { containers: [{ name: 'side' }, { name: 'main', tty: false }] } },
      },
    };
    const merged = mergeKubernetesOptions({ patch: first }, { patch: second })?.patch;
    expect(applyPatch(job, merged)).toEqual(applyPatch(applyPatch(job, first), second));
    expect(applyPatch({ spec: { suspend: false } }, merged)).not.toHaveProperty('spec.suspend');
  });
});

describe('Kubernetes options of outer levels', () => {
  const outer = {
    requests: { cpu: '100m', memory: '256Mi' },
    limits: { cpu: 1, memory: '256Mi', ephemeralStorage: '1Gi' },
    gpus: 1,
    env: { SEED: '1', LEVEL: 'project' },
    envFromSecret: { LEVEL: { name: 'levels', key: 'a' } },
  };

  it('stay as they are where an inner level says nothing that they say', () => {
    expect(giveWay(outer, {})).toEqual(outer);
    expect(giveWay(outer, { resources: { shm: 1 }, env: { OTHER: 'x' } })).toEqual(outer);
    expect(giveWay(undefined, { resources: { memory: 1 } })).toBeUndefined();
  });

  it('give way to memory, processors and variables that an inner level sets for every runtime', () => {
    const inner = { resources: { memory: 2 ** 32, cpus: 2, gpus: 2 }, env: { LEVEL: 'call' } };
    expect(giveWay(outer, inner)).toEqual({
      requests: {},
      limits: { ephemeralStorage: '1Gi' },
      env: { SEED: '1' },
      envFromSecret: {},
    });
  });
});
