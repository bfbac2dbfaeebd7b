import { type GroupedOptionValues, groupedOptions } from './grouped-options.ts';
import type { OptionEntry, OutputFormat } from './option-entry.ts';

export type { OptionEntry, OptionType, OutputFormat } from './option-entry.ts';

/** Every option and setting by name, with the type that a command gets. Optional ones have no default. */
export interface OptionValues extends GroupedOptionValues {
  readonly handler?: string;
  readonly param: Readonly<Record<string, string>>;
  readonly input: Readonly<Record<string, string>>;
  readonly returns: Readonly<Record<string, string>>;
  readonly name?: string;
  readonly label: Readonly<Record<string, string>>;
  readonly timeout?: number;
  readonly retries?: number;
  readonly retryDelay?: number;
  readonly retryOn: readonly string[];
  readonly seed?: number;
  readonly secret: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly runtime?: string;
  readonly isolation?: 'fresh' | 'pool';
  readonly memory?: number;
  readonly cpus?: number;
  readonly gpus?: string;
  readonly sharedMemory?: number;
  readonly image?: string;
  readonly network?: string;
  readonly dryRun: boolean;
  readonly quiet: boolean;
  readonly hyperparam: Readonly<Record<string, string>>;
  readonly paramFile?: string;
  readonly strategy?: 'grid' | 'list' | 'random' | 'custom';
  readonly selector?: string;
  readonly maxIterations?: number;
  readonly maxErrors?: number;
  readonly stop?: string;
  readonly parallel?: number;
  readonly project?: string;
  readonly format: OutputFormat;
  readonly output: OutputFormat;
  readonly json: boolean;
  readonly file?: string;
  readonly out?: string;
  readonly junit?: string;
  readonly check: boolean;
  readonly kernel: 'tslab' | 'jslab' | 'deno';
  readonly user: boolean;
  readonly prefix?: string;
  readonly sysPrefix: boolean;
  readonly filter?: string;
  readonly selectLabel: Readonly<Record<string, string>>;
  readonly orderBy?: string;
  readonly limit: number;
  readonly all: boolean;
  readonly trashed: boolean;
  readonly direction: 'upstream' | 'downstream' | 'both';
  readonly depth?: number;
  readonly run?: string;
  readonly key?: string;
  readonly follow: boolean;
  readonly tail?: number;
  readonly reason?: string;
  readonly noWait: boolean;
  readonly olderThan?: number;
  readonly template?: string;
  readonly yes: boolean;
  readonly directory?: string;
  readonly color: 'always' | 'never' | 'auto';
  readonly noColor: boolean;
}

export type OptionName = keyof OptionValues;

const formats: readonly OutputFormat[] = ['table', 'wide', 'json', 'yaml', 'name'];

/** The one table of options and settings; a name missing here does not compile. */
export const optionTable: { readonly [Name in OptionName]-?: OptionEntry } = {
  handler: {
    type: 'text',
    flag: '--handler',
    value: 'name',
    doc: 'Function to run, where the source has several.',
  },
  param: {
    type: 'pair',
    flag: '--param',
    short: '-p',
    value: 'key=value',
    doc: 'Parameter; text for string parameters, JSON for others. Repeatable.',
  },
  input: {
    type: 'pair',
    flag: '--input',
    short: '-i',
    value: 'key=url',
    doc: 'Input: a path, a URL or store://project/key. Repeatable.',
  },
  returns: {
    type: 'pair',
    flag: '--returns',
    value: 'name=kind',
    doc: 'Store a returned entry as an artifact: result, dataset, model, plot or file. Repeatable.',
  },
  name: {
    type: 'text',
    flag: '--name',
    short: '-n',
    value: 'name',
    doc: 'Name, instead of the one it would get.',
  },
  label: { type: 'pair', flag: '--label', short: '-l', value: 'key=value', doc: 'Label to set. Repeatable.' },
  timeout: {
    type: 'duration',
    flag: '--timeout',
    value: 'time',
    env: 'SLIPWAY_TIMEOUT',
    user: 'timeout',
    doc: 'Longest time for one attempt: 500ms, 30s, 5m, 2h. None unless given.',
  },
  retries: {
    type: 'integer',
    flag: '--retries',
    value: 'n',
    env: 'SLIPWAY_RETRIES',
    user: 'retries',
    doc: 'Further attempts after a failed first one.',
  },
  retryDelay: {
    type: 'duration',
    flag: '--retry-delay',
    value: 'time',
    doc: 'Wait before the first retry; doubles each time.',
  },
  retryOn: {
    type: 'list',
    flag: '--retry-on',
    value: 'code',
    doc: 'Retry only after this error code, e.g. RUN_TIMEOUT. Repeatable.',
  },
  seed: {
    type: 'integer',
    signed: true,
    flag: '--seed',
    value: 'n',
    doc: 'Seed of ctx.random() and of random sweeps.',
  },
  secret: {
    type: 'list',
    flag: '--secret',
    value: 'NAME',
    doc: 'Secret the run may read; its value comes from the environment variable of that name. Repeatable.',
  },
  env: {
    type: 'pair',
    flag: '--env',
    short: '-e',
    value: 'KEY=value',
    doc: 'Environment variable of the run. Repeatable.',
  },
  runtime: {
    type: 'text',
    flag: '--runtime',
    short: '-r',
    value: 'name',
    env: 'SLIPWAY_RUNTIME',
    project: 'runtime',
    user: 'runtime',
    default: 'process',
    doc: 'Where it runs: inline, process, docker or kubernetes.',
  },
  isolation: {
    type: 'choice',
    flag: '--isolation',
    value: 'kind',
    choices: ['fresh', 'pool'],
    env: 'SLIPWAY_ISOLATION',
    user: 'isolation',
    doc: 'A fresh process for every run, or warm ones from a pool. fresh unless given; pool for the trials of a sweep.',
  },
  memory: { type: 'bytes', flag: '--memory', value: 'size', doc: 'Memory limit: 512Mi, 2Gi, or bytes.' },
  cpus: {
    type: 'number',
    flag: '--cpus',
    value: 'n',
    doc: 'Processors the run may use, where the runtime can limit them.',
  },
  gpus: {
    type: 'text',
    flag: '--gpus',
    value: 'n|all',
    doc: 'Graphics processors of its container.',
  },
  sharedMemory: {
    type: 'bytes',
    flag: '--shm-size',
    value: 'size',
    doc: 'Size of /dev/shm in its container. 64 MiB unless given.',
  },
  image: {
    type: 'text',
    flag: '--image',
    value: 'name',
    env: 'SLIPWAY_IMAGE',
    doc: 'Image that its container is made from. Built of the function unless given.',
  },
  network: {
    type: 'text',
    flag: '--network',
    value: 'name',
    doc: 'Network of its container: none, bridge, host, or one that Docker knows. None, or what the inputs need, unless given.',
  },
  dryRun: { type: 'flag', flag: '--dry-run', doc: 'Say what would be done, and do nothing.' },
  quiet: { type: 'flag', flag: '--quiet', short: '-q', doc: 'No progress and no live output on stderr.' },
  hyperparam: {
    type: 'pair',
    flag: '--hyperparam',
    short: '-x',
    value: "key='[…]'",
    doc: 'Values to try for a parameter, as a JSON array. Repeatable; makes the run a sweep.',
  },
  paramFile: {
    type: 'text',
    flag: '--param-file',
    value: 'file',
    doc: 'Trials of a sweep: CSV with a row each, JSON with a list of objects, or JSON with lists by parameter.',
  },
  strategy: {
    type: 'choice',
    flag: '--strategy',
    value: 'name',
    choices: ['grid', 'list', 'random', 'custom'],
    doc: 'How a sweep combines values. grid unless given; list for a file of trials.',
  },
  selector: {
    type: 'text',
    flag: '--selector',
    value: 'max.key',
    doc: 'Result or metric that decides which is best: max.accuracy, min.loss.',
  },
  maxIterations: {
    type: 'integer',
    flag: '--max-iterations',
    value: 'n',
    doc: 'Most trials of a sweep; of random, the number.',
  },
  maxErrors: {
    type: 'integer',
    flag: '--max-errors',
    value: 'n',
    doc: 'Failed trials that a sweep stands. 0 unless given.',
  },
  stop: {
    type: 'text',
    flag: '--stop',
    value: 'expression',
    doc: "Start no further trial once one fulfils this: 'accuracy >= 0.95'.",
  },
  parallel: {
    type: 'integer',
    flag: '--parallel',
    value: 'n',
    env: 'SLIPWAY_PARALLEL',
    user: 'parallel',
    doc: 'Trials at once. 1 unless given.',
  },
  project: {
    type: 'text',
    flag: '--project',
    value: 'name',
    env: 'SLIPWAY_PROJECT',
    project: 'name',
    doc: 'Project to work in, when it is not the one of the folder.',
  },
  output: {
    type: 'choice',
    flag: '--output',
    short: '-o',
    value: 'format',
    choices: formats,
    env: 'SLIPWAY_OUTPUT',
    user: 'output',
    default: 'table',
    doc: 'Form of the answer: table, wide, json, yaml or name.',
  },
  format: {
    type: 'choice',
    short: '-o',
    value: 'format',
    choices: formats,
    env: 'SLIPWAY_OUTPUT',
    user: 'output',
    default: 'table',
    doc: 'Form of the answer: table, wide, json, yaml or name.',
  },
  json: { type: 'flag', flag: '--json', doc: 'Short for -o json.' },
  file: {
    type: 'text',
    flag: '--output',
    value: 'file',
    doc: 'Write the function.yaml to this file, or the image as an archive where its name ends in .tar.',
  },
  ...groupedOptions,
  out: { type: 'text', flag: '--out', value: 'file', doc: 'Write the executed notebook to this file too.' },
  junit: { type: 'text', flag: '--junit', value: 'file', doc: 'Write a JUnit report (XML) to this file.' },
  check: { type: 'flag', flag: '--check', doc: 'Write nothing; exit with 1 where something would be.' },
  kernel: {
    type: 'choice',
    flag: '--kernel',
    value: 'kernel',
    choices: ['tslab', 'jslab', 'deno'],
    default: 'tslab',
    doc: 'TypeScript in tslab, JavaScript in tslab, or TypeScript in Deno.',
  },
  user: { type: 'flag', flag: '--user', doc: "In this user's Jupyter folder, as it is without a place." },
  prefix: { type: 'text', flag: '--prefix', value: 'folder', doc: 'In share/jupyter of this folder.' },
  sysPrefix: { type: 'flag', flag: '--sys-prefix', doc: 'In the Python environment that is active.' },
  filter: {
    type: 'text',
    flag: '--filter',
    value: 'expression',
    doc: "Search: 'metrics.accuracy > 0.9 and params.depth in (4, 8)'.",
  },
  selectLabel: {
    type: 'pair',
    flag: '--label',
    short: '-l',
    value: 'key=value',
    doc: 'Only those with this label. Repeatable.',
  },
  orderBy: {
    type: 'text',
    flag: '--order-by',
    value: 'keys',
    doc: "Order: 'metrics.accuracy desc, createdAt'.",
  },
  limit: {
    type: 'integer',
    flag: '--limit',
    value: 'n',
    env: 'SLIPWAY_LIMIT',
    user: 'limit',
    default: 50,
    doc: 'Most rows to show.',
  },
  all: {
    type: 'flag',
    flag: '--all',
    short: '-a',
    doc: 'Also what is left out otherwise (see the description of the command).',
  },
  trashed: { type: 'flag', flag: '--trashed', doc: 'Those in the trash.' },
  direction: {
    type: 'choice',
    flag: '--direction',
    choices: ['upstream', 'downstream', 'both'],
    default: 'both',
    doc: 'What led to it, what came from it, or both.',
  },
  depth: { type: 'integer', flag: '--depth', value: 'n', doc: 'How far to go, in runs, each way.' },
  run: { type: 'text', flag: '--run', value: 'uid', doc: 'Only what this run produced.' },
  key: { type: 'text', flag: '--key', value: 'key', doc: 'Only this key.' },
  follow: { type: 'flag', flag: '--follow', short: '-f', doc: 'Go on until the run has ended.' },
  tail: { type: 'integer', flag: '--tail', value: 'n', doc: 'Only the last n lines.' },
  reason: { type: 'text', flag: '--reason', value: 'text', doc: 'Why, for the record.' },
  noWait: { type: 'flag', flag: '--no-wait', doc: 'Ask, and do not wait until it has happened.' },
  olderThan: {
    type: 'duration',
    flag: '--older-than',
    value: 'time',
    doc: 'Only what has been in the trash this long: 7d, 12h.',
  },
  template: {
    type: 'text',
    flag: '--template',
    short: '-t',
    value: 'name',
    doc: 'What the new project starts from.',
  },
  yes: {
    type: 'flag',
    flag: '--yes',
    short: '-y',
    env: 'SLIPWAY_YES',
    user: 'yes',
    doc: 'Ask nothing; take the defaults.',
  },
  directory: {
    type: 'text',
    flag: '--directory',
    short: '-C',
    value: 'folder',
    doc: 'Work as if started in this folder.',
  },
  color: {
    type: 'choice',
    flag: '--color',
    value: 'when',
    choices: ['always', 'never', 'auto'],
    env: 'SLIPWAY_COLOR',
    default: 'auto',
    doc: 'Colours: on a terminal only, unless given; NO_COLOR and FORCE_COLOR are obeyed.',
  },
  noColor: { type: 'flag', flag: '--no-color', doc: 'Same as --color never.' },
};
