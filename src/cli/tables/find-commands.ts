import { type CommandEntry, command } from '../command.ts';

/** Commands that answer questions. */
export const findCommands: readonly CommandEntry[] = [
  command({
    name: 'get',
    summary: 'List runs, artifacts, functions and more, or show one.',
    description:
      'runs: trials and steps only with --all. artifacts, datasets, models: the latest of each key, every version with\n' +
      '--all. metrics <run>: the points {key, step, time, value, context}.',
    arguments: [
      {
        name: 'kind',
        doc: 'runs, artifacts, datasets, models, metrics, functions, pipelines or hub; singular for one.',
        choices: [
          'runs',
          'run',
          'artifacts',
          'artifact',
          'datasets',
          'dataset',
          'models',
          'model',
          'metrics',
          'functions',
          'function',
          'pipelines',
          'pipeline',
          'hub',
        ],
        completes: 'none',
      },
      {
        name: 'name',
        doc: 'Run, artifact key or URI, or function; needed for metrics.',
        optional: true,
        completes: 'run',
      },
    ],
    options: ['filter', 'selectLabel', 'orderBy', 'limit', 'all', 'trashed', 'run', 'key', 'output', 'json'],
    examples: [
      "slipway get runs --filter 'metrics.accuracy > 0.9 and params.depth in (4, 8)' --order-by 'metrics.accuracy desc'",
      'slipway get runs -l team=a -o name',
      'slipway get metrics @last --key loss -o json',
      'slipway get models --all',
    ],
    load: async () => (await import('../commands/get.ts')).get,
  }),
  command({
    name: 'describe',
    summary: 'Show everything about one run, artifact, function or pipeline.',
    arguments: [
      {
        name: 'what',
        doc: 'run, artifact, function or pipeline, and then which; or the thing itself.',
        completes: 'run',
      },
      {
        name: 'name',
        doc: 'Run uid or @last, artifact key or URI, function, pipeline.',
        optional: true,
        completes: 'run',
      },
    ],
    options: ['output', 'json'],
    examples: [
      'slipway describe @last',
      'slipway describe artifact store://demo/model',
      'slipway describe function train.ts',
    ],
    load: async () => (await import('../commands/describe.ts')).describe,
  }),
  command({
    name: 'compare',
    summary: 'Compare runs: the params that differ, results and metrics, the best marked.',
    description:
      'A sweep stands for its trials. Higher is taken as better, except for keys that name a loss, an error or a time;\n' +
      '--selector says which key counts, and how. --all also shows the params that do not differ.',
    arguments: [
      {
        name: 'run',
        doc: 'Two or more runs, or one sweep.',
        variadic: true,
        optional: true,
        completes: 'run',
      },
    ],
    options: ['filter', 'limit', 'selector', 'all', 'output', 'json'],
    examples: [
      'slipway compare 01jq3x 01jq4a',
      'slipway compare --filter "name = \'train\'" --selector min.loss',
    ],
    load: async () => (await import('../commands/compare.ts')).compare,
  }),
  command({
    name: 'lineage',
    summary: 'Show which run made what from which, before and after a run or artifact.',
    description:
      'Runs and artifacts are matched by digest: a file that is the same as an artifact counts as that artifact.',
    arguments: [
      { name: 'run-or-artifact', doc: 'Uid, prefix or name of a run, @last, an artifact key, or store://…' },
    ],
    options: ['direction', 'depth', 'output', 'json'],
    examples: ['slipway lineage predictions', 'slipway lineage @last --direction upstream -o json'],
    load: async () => (await import('../commands/lineage.ts')).lineage,
  }),
  command({
    name: 'hub list',
    summary: 'List the functions of the hub.',
    arguments: [],
    options: ['output', 'json'],
    load: async () => (await import('../commands/hub-list.ts')).hubList,
  }),
  command({
    name: 'hub show',
    summary: 'Show one function of the hub: what it takes and gives, and how to call it.',
    arguments: [{ name: 'name', doc: 'Name, name:version or hub://name.', completes: 'hub' }],
    options: ['output', 'json'],
    load: async () => (await import('../commands/hub-show.ts')).hubShow,
  }),
];
