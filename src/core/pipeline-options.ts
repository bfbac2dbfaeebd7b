import type { OptionEntry } from './option-entry.ts';

/** Values of the options that pipelines have. */
export interface PipelineOptionValues {
  readonly onFailure?: 'stop' | 'continue';
  readonly engine?: 'local' | 'argo';
  readonly target: 'argo';
  readonly compileOutput: 'yaml' | 'json';
  readonly onSchedule?: string;
  readonly asTemplate: boolean;
  readonly fromStep?: string;
  readonly onlyStep?: string;
  readonly untilStep?: string;
  readonly of?: string;
  readonly asPlanned: boolean;
  readonly abandon: boolean;
  readonly graph: 'table' | 'wide' | 'json' | 'yaml' | 'name' | 'mermaid' | 'dot';
  readonly against?: string;
  readonly page?: string;
  readonly cache: boolean;
  readonly noCache: boolean;
  readonly cacheMode?: 'on' | 'read' | 'write' | 'off';
}

/** Options of pipelines: caching, parts of a run, plans and reports. */
export const pipelineOptions: { readonly [Name in keyof PipelineOptionValues]-?: OptionEntry } = {
  onFailure: {
    type: 'choice',
    flag: '--on-failure',
    value: 'policy',
    choices: ['stop', 'continue'],
    env: 'SLIPWAY_ON_FAILURE',
    user: 'onFailure',
    doc: 'After a failed step: stop, or go on with what does not depend on it. As the pipeline says unless given.',
  },
  engine: {
    type: 'choice',
    flag: '--engine',
    value: 'name',
    choices: ['local', 'argo'],
    env: 'SLIPWAY_ENGINE',
    doc: 'What drives the pipeline: this process (local), or Argo Workflows on the cluster (argo). local unless given.',
  },
  target: {
    type: 'choice',
    flag: '--target',
    value: 'name',
    choices: ['argo'],
    default: 'argo',
    doc: 'What to compile to.',
  },
  compileOutput: {
    type: 'choice',
    flag: '--output',
    short: '-o',
    value: 'format',
    choices: ['yaml', 'json'],
    default: 'yaml',
    doc: 'Print YAML documents, or one JSON document with all of them.',
  },
  onSchedule: {
    type: 'text',
    flag: '--schedule',
    value: 'name',
    doc: 'Compile to a CronWorkflow for this schedule of project.yaml.',
  },
  asTemplate: {
    type: 'flag',
    flag: '--as-template',
    doc: "Compile to a WorkflowTemplate, to be started from Argo's own pages and commands.",
  },
  fromStep: {
    type: 'text',
    flag: '--from',
    value: 'step',
    doc: 'Run this step and all that depends on it; take the outputs of the others from an earlier run.',
  },
  onlyStep: {
    type: 'text',
    flag: '--only',
    value: 'step',
    doc: 'Run this step alone; take what it needs from an earlier run.',
  },
  untilStep: {
    type: 'text',
    flag: '--until',
    value: 'step',
    doc: 'Run this step and all that it depends on.',
  },
  of: {
    type: 'text',
    flag: '--of',
    value: 'uid',
    doc: 'Earlier run of the pipeline to take outputs from. The latest that has them unless given.',
  },
  asPlanned: {
    type: 'flag',
    flag: '--as-planned',
    doc: 'Go on with exactly the plan of that run, whatever the code is now.',
  },
  abandon: {
    type: 'flag',
    flag: '--abandon',
    doc: 'Do not look for what the run has left on its cluster: that cluster is gone for good.',
  },
  graph: {
    type: 'choice',
    flag: '--output',
    short: '-o',
    value: 'format',
    choices: ['table', 'wide', 'json', 'yaml', 'name', 'mermaid', 'dot'],
    env: 'SLIPWAY_OUTPUT',
    default: 'table',
    doc: 'Form of the answer: table, wide, json, yaml, name, mermaid or dot.',
  },
  against: {
    type: 'text',
    flag: '--against',
    value: 'plan',
    doc: 'Say what differs from this: a plan in a JSON file, a pipeline, or the uid of a run of one.',
  },
  page: {
    type: 'text',
    flag: '--output',
    value: 'file',
    doc: 'Write the report to this file. <pipeline>-<uid>.html unless given.',
  },
  cache: {
    type: 'flag',
    flag: '--cache',
    doc: 'Take the outputs of steps that ran before with the same code, params and inputs. Short for --cache-mode on.',
  },
  noCache: { type: 'flag', flag: '--no-cache', doc: 'Run every step. Short for --cache-mode off.' },
  cacheMode: {
    type: 'choice',
    flag: '--cache-mode',
    value: 'mode',
    choices: ['on', 'read', 'write', 'off'],
    env: 'SLIPWAY_CACHE',
    user: 'cache',
    doc: 'Caching of steps that do not say themselves; off also of those that do. As project.yaml says unless given.',
  },
};
