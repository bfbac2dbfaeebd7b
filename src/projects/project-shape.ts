import { messageOf } from '../core/error.ts';
import { parseArtifactKey, parseName } from '../core/name.ts';
import { parseServerUrl } from '../tracking/http/server-address.ts';
import { parseFilter } from '../tracking/search/parse-filter.ts';
import { notificationShapes } from './notifications/notification-shape.ts';
import { cronFields } from './schedules/cron-times.ts';

/** What a place in project.yaml may hold. `check` says what is wrong with a value of the right type. */
export type Shape =
  | { readonly type: 'text'; readonly check?: (text: string) => string | undefined }
  | { readonly type: 'number'; readonly integer?: boolean; readonly min?: number }
  | { readonly type: 'choice'; readonly values: readonly string[] }
  | { readonly type: 'flag' }
  | { readonly type: 'json' }
  | { readonly type: 'one-or-many'; readonly of: Shape }
  /** One of several, told by the value of a key. */
  | { readonly type: 'variant'; readonly key: string; readonly of: Readonly<Record<string, ObjectShape>> }
  /** Text such as `10m`, or a number of seconds. */
  | { readonly type: 'duration' }
  | { readonly type: 'list'; readonly of: Shape; readonly unique?: string }
  | { readonly type: 'record'; readonly of: Shape }
  | { readonly type: 'either'; readonly scalar: Shape; readonly map: Shape }
  | ObjectShape;

export interface ObjectShape {
  readonly type: 'object';
  readonly required: readonly string[];
  readonly fields: Readonly<Record<string, Shape>>;
  /** Keys of other tools' files, and what is written here instead. */
  readonly instead?: Readonly<Record<string, string>>;
}

const text: Shape = { type: 'text' };
const json: Shape = { type: 'json' };
const count: Shape = { type: 'number', integer: true, min: 0 };
const texts: Shape = { type: 'record', of: text };
const name = (what: string): Shape => ({
  type: 'text',
  check: (value) => failure(() => parseName(what, value)),
});
const list = (of: Shape, unique?: string): Shape => ({
  type: 'list',
  of,
  ...(unique === undefined ? {} : { unique }),
});
const object = (
  required: readonly string[],
  fields: ObjectShape['fields'],
  instead: Readonly<Record<string, string>> = {},
): ObjectShape => ({ type: 'object', required, fields, instead });

/** A path inside the project: nothing in a repository's project.yaml may lead out of it. */
const innerPath: Shape = {
  type: 'text',
  check: (value) =>
    /^([/\\]|[A-Za-z]:[/\\])/.test(value) || value.split(/[/\\]/).includes('..')
      ? `the path "${value}" leads out of the project; give a path below project.yaml`
      : undefined,
};
const pathOrUrl: Shape = {
  type: 'text',
  check: (value) => (/^[a-z][a-z0-9+.-]+:\/\//i.test(value) ? undefined : checkText(innerPath, value)),
};
const cron: Shape = {
  type: 'text',
  check: (value) =>
    cronFields(value).length === 5 ? undefined : `"${value}" is not a cron expression of five fields`,
};
const serverUrl: Shape = { type: 'text', check: (value) => failure(() => parseServerUrl(value)) };
const timezone: Shape = {
  type: 'text',
  check: (value) =>
    failure(() => new Intl.DateTimeFormat('en', { timeZone: value })) &&
    `"${value}" is not a time zone like Europe/Berlin`,
};

const cache = object(['mode'], {
  mode: { type: 'choice', values: ['off', 'on', 'read', 'write'] },
  version: text,
  ignore: list(text),
  ttlMs: count,
  singleFlight: { type: 'flag' },
});

const stepOptions = object(
  [],
  {
    retry: object(['retries'], { retries: count, delayMs: count, maxDelayMs: count, retryOn: list(text) }),
    timeoutMs: { type: 'number', integer: true, min: 1 },
    cache,
    resources: object([], {
      memory: { type: 'number', integer: true, min: 1 },
      cpus: { type: 'number', min: 0 },
      gpus: { type: 'number', integer: true, min: 1 },
      shm: { type: 'number', integer: true, min: 1 },
      pids: { type: 'number', integer: true, min: 1 },
    }),
    runtime: text,
    image: text,
    secrets: list(text),
    env: texts,
    labels: texts,
    isolation: { type: 'choice', values: ['fresh', 'pool'] },
    // read by parseProjectKubernetes, which knows every field of a pod
    kubernetes: json,
    seed: { type: 'number', integer: true },
  },
  { timeout: 'timeoutMs: <milliseconds>', retries: 'retry: { retries: <number> }' },
);

const functionEntry = object(
  ['name', 'source'],
  { name: name('function'), source: pathOrUrl, handler: text, options: stepOptions },
  { url: 'source', kind: 'options: { runtime: … }', image: 'options: { image: … }' },
);

const pipelineEntry = object(
  ['name', 'file'],
  {
    name: name('pipeline'),
    file: innerPath,
    export: text,
    params: { type: 'record', of: json },
    onFailure: { type: 'choice', values: ['stop', 'continue'] },
  },
  {
    path: 'file',
    handler: 'export',
    args: 'params',
    arguments: 'params',
    engine: 'slipway pipeline run --engine',
  },
);

const artifactEntry = object(
  ['key', 'path'],
  {
    key: { type: 'text', check: (value) => failure(() => parseArtifactKey(value)) },
    path: pathOrUrl,
    kind: { type: 'choice', values: ['dataset', 'model', 'plot', 'table', 'file', 'dir'] },
  },
  { import_from: 'path', target_path: 'path' },
);

const scheduleEntry = object(
  ['name', 'cron'],
  {
    name: name('schedule'),
    pipeline: text,
    function: text,
    cron,
    timezone,
    params: { type: 'record', of: json },
    inputs: texts,
    runtime: text,
    timeout: { type: 'duration' },
    labels: texts,
    engine: { type: 'choice', values: ['local', 'argo'] },
    catchUp: { type: 'choice', values: ['none', 'last', 'all'] },
    maxCatchUp: { type: 'number', integer: true, min: 1 },
    overlap: { type: 'choice', values: ['allow', 'forbid', 'replace'] },
    enabled: { type: 'flag' },
    startingDeadline: { type: 'duration' },
  },
  {
    schedule: 'cron',
    workflow: 'pipeline',
    concurrencyPolicy: 'overlap: allow | forbid | replace',
    startingDeadlineSeconds: 'startingDeadline',
    suspend: 'enabled: false',
    timeZone: 'timezone',
  },
);

const condition: Shape = { type: 'text', check: (value) => failure(() => parseFilter(value)) };

/** A notification, as project.yaml and calls give it. */
export const notificationShape: Extract<Shape, { type: 'variant' }> = {
  type: 'variant',
  key: 'kind',
  of: notificationShapes({ name: name('notification'), condition }),
};

/** In a project it is found by its name. */
const projectNotification: Shape = {
  ...notificationShape,
  of: Object.fromEntries(
    Object.entries(notificationShape.of).map(([kind, shape]) => [
      kind,
      { ...shape, required: ['name', ...shape.required] },
    ]),
  ),
};

/** A ready image by name, or how images of the project's functions are built. */
const image: Shape = {
  type: 'either',
  scalar: text,
  map: object(
    [],
    {
      base: text,
      name: text,
      platform: text,
      requirements: list(text),
      env: texts,
      user: text,
      labels: texts,
      commands: list(text),
    },
    { baseImage: 'base', base_image: 'base', image: 'name', packages: 'requirements' },
  ),
};

/** All of project.yaml. */
export const projectShape: ObjectShape = object(
  ['name'],
  {
    name: name('project'),
    description: text,
    params: { type: 'record', of: json },
    functions: list(functionEntry, 'name'),
    pipelines: list(pipelineEntry, 'name'),
    artifacts: list(artifactEntry, 'key'),
    source: text,
    runtime: { type: 'choice', values: ['inline', 'process', 'docker', 'kubernetes', 'spark'] },
    image,
    cache,
    tracking: object(
      ['url'],
      { url: serverUrl, podUrl: serverUrl, tokenFile: innerPath },
      {
        token:
          'tokenFile, or SLIPWAY_TRACKING_TOKEN in the environment: a secret has no place in the project',
      },
    ),
    kubernetes: json,
    secrets: list(text),
    schedules: list(scheduleEntry, 'name'),
    notifications: list(projectNotification, 'name'),
    gates: list({ type: 'record', of: json }),
  },
  {
    metadata: 'name, directly at the top',
    spec: 'its fields directly at the top',
    kind: 'nothing: a project.yaml is always a project',
    apiVersion: 'nothing: there is one version yet',
    workflows: 'pipelines: [{ name, file }]',
    default_image: 'image',
  },
);

function checkText(shape: Shape, value: string): string | undefined {
  return shape.type === 'text' ? shape.check?.(value) : undefined;
}

function failure(attempt: () => unknown): string | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
