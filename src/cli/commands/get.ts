import type { Execute } from '../command.ts';
import { usageError } from '../errors.ts';
import type { GetOptions, GetRequest } from '../get/get-request.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway get <kind> [name]`. */
export const get: Execute<keyof GetOptions> = async (invocation) => {
  const { args, options, session } = invocation;
  const [kind = '', name] = args;
  if (kind === 'hub') return (await import('./hub-list.ts')).hubList({ args: [], options, session });
  return withWorkspace(session, async (workspace) => {
    await (await workspace.orphans())?.heard();
    return getKind(kind, { workspace, session, options, name });
  });
};

async function getKind(kind: string, request: GetRequest): Promise<undefined> {
  switch (kind) {
    case 'run':
    case 'runs':
      return (await import('../get/get-runs.ts')).getRuns(request);
    case 'metrics':
      return (await import('../get/get-metrics.ts')).getMetrics(request);
    case 'function':
    case 'functions':
      return (await import('../get/get-functions.ts')).getFunctions(request);
    case 'pipeline':
    case 'pipelines':
      return (await import('../get/get-pipelines.ts')).getPipelines(request);
    case 'dataset':
    case 'datasets':
      return (await import('../get/get-artifacts.ts')).getArtifacts(request, 'dataset');
    case 'model':
    case 'models':
      return (await import('../get/get-artifacts.ts')).getArtifacts(request, 'model');
    case 'artifact':
    case 'artifacts':
      return (await import('../get/get-artifacts.ts')).getArtifacts(request);
    default:
      throw usageError(`"${kind}" is not something to get`, { hint: 'see slipway get --help' });
  }
}
