import { Ajv, type ValidateFunction } from 'ajv';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { renderJob } from '../../../src/runtime/kubernetes/manifest/render-job.ts';
import { renderYaml } from '../../../src/runtime/kubernetes/manifest/render-yaml.ts';
import { type TestCluster, testCluster } from '../../cluster/test-cluster.ts';
import { describeWith } from '../../setup/components.ts';
import { everyOption, exampleJob, image } from './example-job.ts';

const indexed = { completions: 10, parallelism: 2, retries: 1 };
const requests = {
  default: { job: exampleJob({ timeoutMs: 60_000 }), options: {}, image, delivery: 'train-delivery' },
  'with every option': { job: exampleJob(), options: everyOption, image },
  'of a sweep': { job: exampleJob(), options: {}, image, indexed },
} as const;

describeWith(['kubernetes'], 'a rendered Job, before the real API server,', () => {
  let cluster: TestCluster;
  let namespace: string;
  let validate: ValidateFunction;

  beforeAll(async () => {
    cluster = await testCluster();
    namespace = cluster.createNamespace();
    validate = compile(JSON.parse(cluster.kubectl(['get', '--raw', '/openapi/v3/apis/batch/v1'])) as OpenApi);
  });

  afterAll(() => cluster?.deleteNamespace(namespace));

  it.each(Object.entries(requests))('(%s) is valid by the published OpenAPI schema', (_, request) => {
    validate(JSON.parse(JSON.stringify(renderJob(request))));
    expect(validate.errors).toBeNull();
  });

  it('is checked by a schema that knows every field', () => {
    const job = renderJob(requests.default);
    expect(validate({ ...job, spec: { ...job.spec, backofLimit: 1 } })).toBe(false);
    expect(validate.errors?.[0]).toMatchObject({ params: { additionalProperty: 'backofLimit' } });
  });

  it.each(Object.entries(requests))('(%s) passes a server-side dry run', (_, request) => {
    const { namespace: _own, ...options } = request.options as { namespace?: string };
    const text = renderYaml([renderJob({ ...request, options })]);
    const answer = cluster.kubectl(
      ['create', '--dry-run=server', '--validate=strict', '--namespace', namespace, '-o', 'name', '-f', '-'],
      text,
    );
    expect(answer.trim()).toMatch(/^job\.batch\/train-/);
  });

  it('has pods that a namespace with restricted pod security admits, and would refuse if they were not', () => {
    const create = (template: unknown): string => {
      const pod = { apiVersion: 'v1', kind: 'Pod', ...(template as object) };
      const named = { ...pod, metadata: { name: 'dry' } };
      return cluster.kubectl(
        ['create', '--dry-run=server', '-n', namespace, '-f', '-'],
        JSON.stringify(named),
      );
    };
    const { template } = renderJob(requests.default).spec ?? {};
    expect(create(template)).toContain('pod/dry created');
    expect(() => create({ spec: { ...template?.spec, hostNetwork: true } })).toThrow(
      /violates PodSecurity "restricted/,
    );
  });
});

interface OpenApi {
  readonly components: { readonly schemas: Readonly<Record<string, { properties?: object }>> };
}

/** The schema as published, with unknown fields refused, as the server does under strict validation. */
function compile({ components }: OpenApi): ValidateFunction {
  const closed = Object.entries(components.schemas).map(([name, schema]) => [
    name,
    schema.properties ? { ...schema, additionalProperties: false } : schema,
  ]);
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  return ajv.compile({
    components: { schemas: Object.fromEntries(closed) },
    $ref: '#/components/schemas/io.k8s.api.batch.v1.Job',
  });
}
