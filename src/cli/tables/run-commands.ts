import { type CommandEntry, command } from '../command.ts';

const source =
  'A .ts or .js file, a notebook, a function.yaml, hub://name[:version], or the name of a function in project.yaml.';

/** Which cluster, and how its pods look. */
const clusterRunOptions = [
  'kubeconfig',
  'kubeContext',
  'namespace',
  'kubernetes',
  'registryName',
  'trackingAddress',
] as const;

/** How the steps of a pipeline run, whichever of them do. */
const pipelineRunOptions = [
  'engine',
  'onFailure',
  'cache',
  'noCache',
  'cacheMode',
  'runtime',
  'image',
  'network',
  ...clusterRunOptions,
  'parallel',
  'timeout',
  'notification',
  'noNotifications',
  'quiet',
  'output',
  'json',
] as const;

/** Commands that start, watch and stop work. */
export const runCommands: readonly CommandEntry[] = [
  command({
    name: 'run',
    summary: 'Run a function, or a sweep over its parameters.',
    description:
      'The run is recorded with its params, inputs, results, metrics and artifacts. What it writes goes to stderr as it\n' +
      'comes, the result to stdout. Exit codes: 0 completed, 1 failed, 2 wrong request, 3 not found, 124 timeout,\n' +
      '130 interrupted.',
    arguments: [{ name: 'function', doc: source, completes: 'function' }],
    options: [
      'handler',
      'param',
      'input',
      'returns',
      'name',
      'label',
      'runtime',
      'isolation',
      'timeout',
      'retries',
      'retryDelay',
      'retryOn',
      'seed',
      'secret',
      'env',
      'memory',
      'cpus',
      'gpus',
      'sharedMemory',
      'image',
      'network',
      ...clusterRunOptions,
      'hyperparam',
      'paramFile',
      'strategy',
      'selector',
      'maxIterations',
      'maxErrors',
      'stop',
      'parallel',
      'notification',
      'noNotifications',
      'dryRun',
      'quiet',
      'output',
      'json',
    ],
    examples: [
      'slipway run train.ipynb --handler train --input data=penguins.csv --param depth=5',
      "slipway run train.ts -i data=penguins.csv -x depth='[2,4,8]' --selector max.accuracy --parallel 2",
      'slipway run hub://describe -i data=penguins.csv -o json',
    ],
    graceful: true,
    load: async () => (await import('../commands/run.ts')).run,
  }),
  command({
    name: 'pipeline run',
    summary: 'Run a pipeline of the project.',
    arguments: [
      {
        name: 'pipeline',
        doc: 'Name of a pipeline in project.yaml, or a file that exports one. May be left out where there is only one.',
        optional: true,
        completes: 'pipeline',
      },
    ],
    options: ['param', 'fromStep', 'onlyStep', 'untilStep', 'of', 'name', 'label', ...pipelineRunOptions],
    examples: [
      'slipway pipeline run penguins --param depth=5',
      'slipway pipeline run penguins --cache -o json',
      'slipway pipeline run penguins --from train --of 01jq3x',
    ],
    graceful: true,
    load: async () => (await import('../commands/pipeline-run.ts')).pipelineRun,
  }),
  command({
    name: 'pipeline resume',
    summary: 'Go on with a pipeline run that failed, was stopped or was killed.',
    description:
      'A new run in which the steps that completed are not repeated, as long as their code, params and inputs are the same: what\n' +
      'was corrected since, and all that depends on it, runs.',
    arguments: [
      {
        name: 'run',
        doc: 'uid of a pipeline run or its beginning; @last unless given.',
        optional: true,
        completes: 'run',
      },
    ],
    options: ['asPlanned', 'abandon', ...pipelineRunOptions],
    examples: ['slipway pipeline resume 01jq3x', 'slipway pipeline resume 01jq3x --as-planned -o json'],
    graceful: true,
    load: async () => (await import('../commands/pipeline-resume.ts')).pipelineResume,
  }),
  command({
    name: 'pipeline report',
    summary: 'Write a report of a pipeline run as one HTML page.',
    description:
      'Graph, timeline, every step with results, metrics and artifacts. The page needs nothing else to be read.',
    arguments: [
      {
        name: 'run',
        doc: 'uid of a pipeline run or its beginning; @last unless given.',
        optional: true,
        completes: 'run',
      },
    ],
    options: ['page'],
    examples: ['slipway pipeline report @last --output report.html'],
    load: async () => (await import('../commands/pipeline-report.ts')).pipelineReport,
  }),
  command({
    name: 'pipeline plan',
    summary: 'Show the steps of a pipeline without running them.',
    arguments: [
      {
        name: 'pipeline',
        doc: 'Name of a pipeline in project.yaml, or a file.',
        optional: true,
        completes: 'pipeline',
      },
    ],
    options: ['param', 'onFailure', 'cache', 'noCache', 'cacheMode', 'against', 'graph', 'json'],
    examples: [
      'slipway pipeline plan penguins -o mermaid',
      'slipway pipeline plan penguins -o json > plan.json',
      'slipway pipeline plan penguins --against plan.json',
    ],
    load: async () => (await import('../commands/pipeline-plan.ts')).pipelinePlan,
  }),
  command({
    name: 'pipeline compile',
    summary: 'Compile a pipeline to Argo Workflows.',
    description:
      'Prints the workflow, and the ConfigMap by which its pods know their plan, for kubectl. Images are built and pushed, so that\n' +
      'what is printed can run; the cluster is not asked. Nobody has to follow such a workflow: its pods keep the record on the\n' +
      'tracking server. The Secret with its token is made by hand: what it must hold is said on stderr.',
    arguments: [
      {
        name: 'pipeline',
        doc: 'Name of a pipeline in project.yaml, or a file.',
        optional: true,
        completes: 'pipeline',
      },
    ],
    options: [
      'target',
      'asTemplate',
      'onSchedule',
      'param',
      'name',
      'label',
      'onFailure',
      'cache',
      'noCache',
      'cacheMode',
      'image',
      ...clusterRunOptions,
      'parallel',
      'timeout',
      'compileOutput',
      'json',
    ],
    examples: [
      'slipway pipeline compile main > workflow.yaml',
      'slipway pipeline compile main --schedule nightly | kubectl apply -f -',
    ],
    load: async () => (await import('../commands/pipeline-compile.ts')).pipelineCompile,
  }),
  command({
    name: 'ps',
    summary: 'List the runs that are under way.',
    description: 'With --all also those that have ended, and trials and steps.',
    arguments: [],
    options: ['all', 'limit', 'output', 'json'],
    load: async () => (await import('../commands/ps.ts')).ps,
  }),
  command({
    name: 'logs',
    summary: 'Show what a run has written.',
    arguments: [
      { name: 'run', doc: 'uid or its beginning; @last unless given.', optional: true, completes: 'run' },
    ],
    options: ['follow', 'tail', 'output', 'json'],
    examples: ['slipway logs -f', 'slipway logs 01jq3x --tail 20'],
    graceful: true,
    load: async () => (await import('../commands/logs.ts')).logs,
  }),
  command({
    name: 'stop',
    summary: 'Stop runs that are under way.',
    arguments: [{ name: 'run', doc: 'uid or its beginning, or @last.', variadic: true, completes: 'run' }],
    options: ['reason', 'noWait', 'timeout', 'output', 'json'],
    load: async () => (await import('../commands/stop.ts')).stop,
  }),
];
