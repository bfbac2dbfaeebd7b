import { tmpdir } from 'node:os';
import path from 'node:path';
import { findServer, type ServerAddress } from '../../tracking/http/server-address.ts';
import { deliveryInvalid } from './errors.ts';

/** Where the agent of a pod finds and leaves what. */
export interface AgentPlace {
  readonly deliveryFolder: string;
  /** Takes the last word. */
  readonly terminationFile: string;
  readonly server: ServerAddress;
  /** Store of the pod's own, whose runs are brought to the server. */
  readonly spoolDirectory: string;
}

/** Variables that are the agent's; user code does not see them. */
export const agentVariables = [
  'SLIPWAY_JOB_FOLDER',
  'SLIPWAY_TERMINATION_FILE',
  'SLIPWAY_TRACKING_URL',
  'SLIPWAY_TRACKING_TOKEN_FILE',
  'SLIPWAY_TRACKING_URL_FILE',
] as const;

/** @throws DELIVERY_INVALID, INVALID_SERVER_ADDRESS */
export function findAgentPlace(env: Readonly<Record<string, string | undefined>>): AgentPlace {
  const { SLIPWAY_JOB_FOLDER: deliveryFolder, SLIPWAY_TERMINATION_FILE: terminationFile } = env;
  const server = findServer(env);
  if (!deliveryFolder || !terminationFile || !server)
    throw deliveryInvalid(`the environment does not name ${agentVariables.slice(0, 3).join(', ')}`, {
      hint: 'the program of pods is started by the Kubernetes runtime, which sets them',
    });
  return {
    deliveryFolder,
    terminationFile,
    server,
    spoolDirectory: path.join(tmpdir(), 'slipway'),
  };
}
