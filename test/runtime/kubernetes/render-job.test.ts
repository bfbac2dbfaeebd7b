import type { V1Job } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { errorRecord } from '../../../src/core/error.ts';
import type { KubernetesOptions } from '../../../src/runtime/kubernetes/manifest/kubernetes-options.ts';
import { jobName, labelValue } from '../../../src/runtime/kubernetes/manifest/object-name.ts';
import { renderDelivery } from '../../../src/runtime/kubernetes/manifest/render-delivery.ts';
import { renderJob } from '../../../src/runtime/kubernetes/manifest/render-job.ts';
import { renderYaml } from '../../../src/runtime/kubernetes/manifest/render-yaml.ts';
import { everyOption, exampleJob, image, uid } from './example-job.ts';

const podOf = (job: V1Job) => job.spec?.template.spec;
const mainOf = (job: V1Job) => podOf(job)?.containers[0];

function render(options: KubernetesOptions = {}, change = {}): V1Job {
  return renderJob({ job: exampleJob(change), options, image });
}

describe('the Job of a run', () => {
  it('is by default what the golden file says', async () => {
    const job = exampleJob({ timeoutMs: 90_000, step: 'train', resources: { memory: 2 ** 30, cpus: 1.5 } });
    const manifest = renderJob({ job, options: {}, image, delivery: 'train-delivery' });
    await expect(renderYaml([manifest])).toMatchFileSnapshot('golden/default.yaml');
  });

  it('with every option is what the golden file says', async () => {
    await expect(renderYaml([render(everyOption)])).toMatchFileSnapshot('golden/every-option.yaml');
  });

  it('of a sweep is an Indexed Job, as the golden file says', async () => {
    const indexed = { completions: 100, parallelism: 8, retries: 1, maxFailed: 5 };
    const manifest = renderJob({ job: exampleJob(), options: {}, image, indexed });
    await expect(renderYaml([manifest])).toMatchFileSnapshot('golden/indexed.yaml');
  });

  it('reads the same for readers of YAML 1.1 and 1.2', () => {
    const text = renderYaml([render(everyOption)]);
    expect(parse(text, { version: '1.1' })).toEqual(parse(text, { version: '1.2' }));
    expect(parse(text, { version: '1.1' }).spec.template.spec.containers[0].env).toContainEqual({
      name: 'y',
      value: 'no',
    });
  });

  it('is rendered the same each time, and its name says run and attempt', () => {
    expect(render()).toEqual(render());
    expect(render().metadata?.name).toBe(`train-${uid}`);
    expect(render({}, { attempt: 3 }).metadata?.name).toBe(`train-${uid}-3`);
  });

  it.each(['', 'Ünï cødé', 'a'.repeat(63), '---', 'x.y_z', '0'])(
    'of a run called "%s" has a name that DNS takes',
    (name) => {
      const made = jobName({ name, uid, attempt: 99 });
      expect(made).toMatch(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
      expect(made.length).toBeLessThanOrEqual(52);
      expect(labelValue(name)).toMatch(/^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/);
    },
  );

  it("gives V8 three quarters of the pod's memory", () => {
    const memory = mainOf(render({ limits: { memory: '1Gi' } }));
    expect(memory?.env).toContainEqual({ name: 'NODE_OPTIONS', value: '--max-old-space-size=768' });
    expect(memory?.resources?.requests?.memory).toBe('1Gi');
  });

  it('keeps values of secrets out: they are in a Secret that goes with the Job', () => {
    const job = exampleJob({ secretNames: ['TOKEN'] });
    const delivery = renderDelivery({ job, secrets: { TOKEN: 'geheim' } });
    expect(delivery.data?.['secret.TOKEN']).toBe(Buffer.from('geheim').toString('base64'));
    const manifest = renderJob({ job, options: {}, image, delivery: delivery.metadata?.name ?? '' });
    expect(renderYaml([manifest])).not.toMatch(/geheim|Z2VoZWlt/);
    expect(podOf(manifest)?.volumes).toContainEqual(
      expect.objectContaining({ secret: { secretName: `train-${uid}-delivery`, defaultMode: 0o440 } }),
    );
  });

  it.each([
    ['allow', undefined, 1],
    ['prevent', 'NotIn', 0],
    ['constrain', 'In', 1],
    ['none', undefined, 0],
  ] as const)(
    'with preemption "%s" treats nodes that can be taken away so',
    (preemption, operator, tolerated) => {
      const nodes = { labels: { spot: 'yes' }, tolerations: [{ key: 'spot', operator: 'Exists' as const }] };
      const pod = podOf(render({ preemption, preemptibleNodes: nodes }));
      const required = pod?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
      expect(required?.nodeSelectorTerms[0]?.matchExpressions?.[0]?.operator).toBe(operator);
      expect(pod?.tolerations ?? []).toHaveLength(tolerated);
    },
  );

  it('avoids nodes that can be taken away once they are named', () => {
    const pod = podOf(render({ preemptibleNodes: { labels: { spot: 'yes', cheap: 'yes' } } }));
    const terms =
      pod?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
    expect(terms).toHaveLength(1);
    expect(terms?.[0]?.matchExpressions).toHaveLength(2);
  });

  it('takes a volume of the options in place of its own at the same path', () => {
    const pod = podOf(render({ volumes: [{ kind: 'pvc', claim: 'work', mountPath: '/work' }] }));
    expect(pod?.volumes?.map(({ name }) => name)).toEqual(['temporary', 'volume-1']);
    expect(pod?.containers[0]?.volumeMounts?.filter(({ mountPath }) => mountPath === '/work')).toHaveLength(
      1,
    );
  });

  it('loses the fields that a patch sets to null', () => {
    const manifest = render({ patch: { spec: { ttlSecondsAfterFinished: null } } });
    expect(manifest.spec).not.toHaveProperty('ttlSecondsAfterFinished');
  });
});

describe('a Job is refused, before anything starts,', () => {
  it.each<[string, KubernetesOptions, object, RegExp]>([
    [
      'when all graphics processors are asked for',
      {},
      { resources: { gpus: 'all' } },
      /all graphics processors/,
    ],
    ['when processes are limited', {}, { resources: { pids: 5 } }, /limits its processes/],
    [
      'when more is requested than allowed',
      { requests: { memory: '2Gi' }, limits: { memory: '1Gi' } },
      {},
      /requests 2Gi of memory but is limited to 1Gi/,
    ],
    [
      'when a patch mounts a path of the node',
      { patch: { spec: { template: { spec: { volumes: [{ name: 'h', hostPath: { path: '/etc' } }] } } } } },
      {},
      /the path "\/etc" of its node/,
    ],
    [
      "when a patch joins the node's network",
      { patch: { spec: { template: { spec: { hostNetwork: true } } } } },
      {},
      /hostNetwork/,
    ],
  ])('%s', (_, options, change, message) => {
    const error = errorOf(() => render(options, change));
    expect(error).toMatchObject({
      code: 'INVALID_KUBERNETES_OPTIONS',
      message: expect.stringMatching(message),
    });
    expect(error.hint).toBeTruthy();
  });

  it('when its image is named by a tag', () => {
    expect(
      errorOf(() => renderJob({ job: exampleJob(), options: {}, image: 'team/train:latest' })).message,
    ).toContain('image "team/train:latest" of run "train" is not named by its digest');
  });
});

function errorOf(act: () => unknown): ReturnType<typeof errorRecord> {
  try {
    act();
  } catch (error) {
    return errorRecord(error);
  }
  throw new Error('nothing was refused');
}
