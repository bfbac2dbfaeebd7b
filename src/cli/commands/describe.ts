import { isStoreUri } from '../../core/store-uri.ts';
import type { Execute } from '../command.ts';
import type { DescribeRequest } from '../describe/describe-request.ts';
import { usageError } from '../errors.ts';
import { withWorkspace } from '../with-workspace.ts';

type Describe = (request: DescribeRequest) => Promise<void>;

const artifact: Describe = async (request) =>
  (await import('../describe/describe-artifact.ts')).describeArtifact(request);

// each kind brings in its own code, and none that another needs
const kinds = {
  run: async (request) => (await import('../describe/describe-run.ts')).describeRun(request),
  artifact,
  dataset: artifact,
  model: artifact,
  function: async (request) => (await import('../describe/describe-function.ts')).describeFunction(request),
  pipeline: async (request) => (await import('../describe/describe-pipeline.ts')).describePipeline(request),
} as const satisfies Readonly<Record<string, Describe>>;

/** `slipway describe [kind] <name>`; without a kind, what the name looks like. */
export const describe: Execute<'output' | 'json'> = ({ args, options, session }) =>
  withWorkspace(session, async (workspace) => {
    const [first = '', second] = args;
    if (
      second === undefined &&
      isKind(first) &&
      !(workspace.project.spec.functions ?? []).some(({ name }) => name === first)
    )
      throw usageError(`slipway describe ${first} needs to know which`, {
        hint: `e.g. slipway describe ${first} ${examples[first]}`,
      });
    if (second !== undefined && !isKind(first))
      throw usageError(`"${first}" is not something to describe`, {
        hint: `use one of: ${Object.keys(kinds).join(', ')}`,
      });
    const request: DescribeRequest = { workspace, session, options, name: second ?? first };
    await (await workspace.orphans())?.heard();
    const kind = second !== undefined && isKind(first) ? first : guessKind(request);
    await kinds[kind](request);
    return undefined;
  });

type Kind = keyof typeof kinds;

const isKind = (text: string): text is Kind => Object.hasOwn(kinds, text);

const examples: Readonly<Record<Kind, string>> = {
  run: '@last',
  artifact: 'model',
  dataset: 'train-set',
  model: 'model',
  function: 'train.ts',
  pipeline: 'penguins',
};

function guessKind({ workspace, name }: DescribeRequest): Kind {
  if (isStoreUri(name)) return 'artifact';
  if (name.startsWith('hub://') || /\.(ts|mts|js|mjs|ipynb|ya?ml)$/.test(name)) return 'function';
  if (workspace.project.spec.pipelines?.some((entry) => entry.name === name)) return 'pipeline';
  if (workspace.project.spec.functions?.some((entry) => entry.name === name)) return 'function';
  return 'run';
}
