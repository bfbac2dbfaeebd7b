import * as v from 'valibot';
import type { Json } from '../../core/json.ts';
import type { KubernetesOptions } from '../../runtime/kubernetes/manifest/kubernetes-options.ts';
import type { Plan, PlanCondition, PlanValue } from './plan.ts';

const json = v.custom<Json>(
  (value) => value !== undefined && typeof value !== 'function',
  'Expected a JSON value',
);
const jsonRecord = v.record(v.string(), json);
const texts = v.record(v.string(), v.string());
const path = v.array(v.string());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const positive = v.pipe(v.number(), v.integer(), v.minValue(1));

const planValue: v.GenericSchema<PlanValue> = v.lazy(() =>
  v.variant('type', [
    v.strictObject({ type: v.literal('literal'), value: json }),
    v.strictObject({ type: v.literal('parameter'), name: v.string(), path }),
    v.strictObject({ type: v.literal('output'), step: v.string(), path }),
    v.strictObject({ type: v.literal('list'), items: v.array(planValue) }),
    v.strictObject({ type: v.literal('record'), entries: v.record(v.string(), planValue) }),
    v.strictObject({
      type: v.literal('item'),
      of: v.string(),
      part: v.picklist(['value', 'index', 'key']),
      path,
    }),
    v.strictObject({
      type: v.literal('gather'),
      of: v.string(),
      value: planValue,
      steps: v.array(v.string()),
      path,
    }),
  ]),
);

const planCondition: v.GenericSchema<PlanCondition> = v.lazy(() =>
  v.variant('type', [
    v.strictObject({
      type: v.literal('compare'),
      operator: v.picklist(['==', '!=', '<', '<=', '>', '>=']),
      left: planValue,
      right: planValue,
    }),
    v.strictObject({ type: v.literal('truthy'), value: planValue }),
    v.strictObject({ type: v.picklist(['and', 'or']), conditions: v.array(planCondition) }),
    v.strictObject({ type: v.literal('not'), condition: planCondition }),
  ]),
);

const retry = v.strictObject({
  retries: count,
  delayMs: v.exactOptional(count),
  maxDelayMs: v.exactOptional(count),
  retryOn: v.exactOptional(v.array(v.string())),
});

const cache = v.strictObject({
  mode: v.picklist(['off', 'on', 'read', 'write']),
  version: v.exactOptional(v.string()),
  ignore: v.exactOptional(v.array(v.string())),
  ttlMs: v.exactOptional(count),
  singleFlight: v.exactOptional(v.boolean()),
});

const options = v.strictObject({
  retry: v.exactOptional(retry),
  timeoutMs: v.exactOptional(positive),
  cache: v.exactOptional(cache),
  resources: v.exactOptional(
    v.strictObject({
      memory: v.exactOptional(positive),
      cpus: v.exactOptional(v.number()),
      gpus: v.exactOptional(v.union([positive, v.literal('all')])),
      shm: v.exactOptional(positive),
      pids: v.exactOptional(positive),
    }),
  ),
  runtime: v.exactOptional(v.string()),
  image: v.exactOptional(v.string()),
  kubernetes: v.exactOptional(jsonRecord as v.GenericSchema<KubernetesOptions>),
  secrets: v.exactOptional(v.array(v.string())),
  env: v.exactOptional(texts),
  labels: v.exactOptional(texts),
  isolation: v.exactOptional(v.picklist(['fresh', 'pool'])),
  seed: v.exactOptional(v.number()),
});

const sweep = v.strictObject({
  hyperparams: v.exactOptional(v.record(v.string(), v.array(json))),
  trials: v.exactOptional(v.array(jsonRecord)),
  strategy: v.exactOptional(v.picklist(['grid', 'list', 'random', 'custom'])),
  selector: v.exactOptional(v.string()),
  maxIterations: v.exactOptional(positive),
  maxErrors: v.exactOptional(count),
  stop: v.exactOptional(v.string()),
  parallel: v.exactOptional(positive),
  seed: v.exactOptional(v.number()),
});

const step = v.strictObject({
  id: v.string(),
  function: v.string(),
  arguments: v.record(v.string(), planValue),
  after: v.array(v.string()),
  when: v.exactOptional(planCondition),
  map: v.exactOptional(v.string()),
  sweep: v.exactOptional(sweep),
  options,
});

const map = v.strictObject({
  items: planValue,
  key: v.exactOptional(v.string()),
  parallelism: v.exactOptional(positive),
  within: v.exactOptional(v.string()),
  after: v.array(v.string()),
  when: v.exactOptional(planCondition),
});

const pruned = v.variant('type', [
  v.strictObject({
    type: v.literal('given'),
    run: v.string(),
    results: jsonRecord,
    artifacts: v.array(
      v.looseObject({ key: v.string(), kind: v.string(), uri: v.string(), digest: v.string() }),
    ),
    reason: v.string(),
  }),
  v.strictObject({ type: v.literal('left-out'), reason: v.string() }),
]);

const parameter = v.looseObject({
  name: v.string(),
  role: v.picklist(['param', 'input']),
  required: v.boolean(),
});

const planFunction = v.strictObject({
  name: v.string(),
  handler: v.string(),
  digest: v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/, 'Expected sha256:<64 hex>')),
  source: v.exactOptional(v.string()),
  image: v.exactOptional(v.string()),
  handlerSpec: v.looseObject({
    name: v.string(),
    parameters: v.array(parameter),
    results: v.array(v.looseObject({ name: v.string(), role: v.picklist(['result', 'artifact']) })),
    acceptsUnknown: v.boolean(),
  }),
  returns: v.exactOptional(texts),
  bundleDirectory: v.exactOptional(v.string()),
});

const plan = v.strictObject({
  apiVersion: v.literal('slipway/v1'),
  kind: v.literal('Plan'),
  metadata: v.strictObject({ name: v.string(), project: v.string(), labels: v.exactOptional(texts) }),
  spec: v.strictObject({
    parameters: v.array(parameter),
    arguments: jsonRecord,
    functions: v.record(v.string(), planFunction),
    steps: v.array(step),
    maps: v.exactOptional(v.record(v.string(), map)),
    pruned: v.exactOptional(v.record(v.string(), pruned)),
    outputs: v.record(v.string(), planValue),
    onFailure: v.picklist(['stop', 'continue']),
    parallelism: v.exactOptional(positive),
    onExit: v.exactOptional(step),
  }),
});

/** The plan, or what is wrong with its form: one sentence a problem, each with the place in it. */
export function checkPlanForm(value: unknown): { plan: Plan } | { problems: readonly string[] } {
  const result = v.safeParse(plan, value);
  if (result.success) return { plan: result.output as unknown as Plan };
  return {
    problems: result.issues.map((issue) => `${v.getDotPath(issue) ?? 'the plan'}: ${issue.message}`),
  };
}
