import { isStoreUri } from '../../core/store-uri.ts';
import type { Execute } from '../command.ts';
import { describeArtifact } from '../describe/describe-artifact.ts';
import { describeFunction } from '../describe/describe-function.ts';
import { describePipeline } from '../describe/describe-pipeline.ts';
import type { DescribeRequest } from '../describe/describe-request.ts';
import { describeRun } from '../describe/describe-run.ts';
import { usageError } from '../errors.ts';
import { withWorkspace } from '../with-workspace.ts';

const kinds = {
  run: describeRun,
  artifact: describeArtifact,
  dataset: describeArtifact,
  model: describeArtifact,
  function: describeFunction,
  pipeline: describePipeline,
} as const;

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
