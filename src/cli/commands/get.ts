import type { Execute } from '../command.ts';
import { usageError } from '../errors.ts';
import { getArtifacts } from '../get/get-artifacts.ts';
import { getFunctions } from '../get/get-functions.ts';
import { getMetrics } from '../get/get-metrics.ts';
import { getPipelines } from '../get/get-pipelines.ts';
import type { GetOptions, GetRequest } from '../get/get-request.ts';
import { getRuns } from '../get/get-runs.ts';
import { withWorkspace } from '../with-workspace.ts';
import { hubList } from './hub-list.ts';

/** `slipway get <kind> [name]`. */
export const get: Execute<keyof GetOptions> = async (invocation) => {
  const { args, options, session } = invocation;
  const [kind = '', name] = args;
  if (kind === 'hub') return hubList({ args: [], options, session });
  return withWorkspace(session, (workspace) => getKind(kind, { workspace, session, options, name }));
};

async function getKind(kind: string, request: GetRequest): Promise<undefined> {
  switch (kind) {
    case 'run':
    case 'runs':
      return getRuns(request);
    case 'metrics':
      return getMetrics(request);
    case 'function':
    case 'functions':
      return getFunctions(request);
    case 'pipeline':
    case 'pipelines':
      return getPipelines(request);
    case 'dataset':
    case 'datasets':
      return getArtifacts(request, 'dataset');
    case 'model':
    case 'models':
      return getArtifacts(request, 'model');
    case 'artifact':
    case 'artifacts':
      return getArtifacts(request);
    default:
      throw usageError(`"${kind}" is not something to get`, { hint: 'see slipway get --help' });
  }
}
