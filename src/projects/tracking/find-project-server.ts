import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import type { ServerAddress, TrackingSettings } from '../../tracking/http/server-address.ts';
import { projectInvalid } from '../errors.ts';
import type { Project } from '../project-spec.ts';

/** The tracking server of a project, as this machine and as pods reach it. */
export interface ProjectServer extends ServerAddress {
  /** @default url */
  readonly podUrl?: string;
}

export interface FindProjectServerOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's own settings, which count where neither the environment nor project.yaml names a server. */
  readonly userTracking?: (() => Promise<TrackingSettings>) | undefined;
}

/**
 * The server that the environment, project.yaml or the user's settings name; undefined where the runs are kept in `.slipway`.
 * @throws INVALID_SERVER_ADDRESS, PROJECT_INVALID for a file of the token outside the project
 */
export async function findProjectServer(
  project: Project,
  { env, userTracking }: FindProjectServerOptions,
): Promise<ProjectServer | undefined> {
  const own = project.spec.tracking;
  if (!env.SLIPWAY_TRACKING_URL && own === undefined && userTracking === undefined) return undefined;
  const { findServer } = await import('../../tracking/http/server-address.ts');
  const user = env.SLIPWAY_TRACKING_URL || own !== undefined ? undefined : await userTracking?.();
  const settings = [...(own === undefined ? [] : [ofProject(project, own)]), ...(user ? [user] : [])];
  const server = findServer(env, settings);
  if (server === undefined) return undefined;
  // an address for pods belongs to the server that it stands beside
  const isOwn = own !== undefined && (!env.SLIPWAY_TRACKING_URL || env.SLIPWAY_TRACKING_URL === own.url);
  const podUrl = isOwn ? own.podUrl?.replace(/\/+$/, '') : undefined;
  return { ...server, ...(podUrl === undefined ? {} : { podUrl }) };
}

function ofProject(
  { root }: Project,
  { url, tokenFile }: NonNullable<Project['spec']['tracking']>,
): TrackingSettings {
  if (tokenFile === undefined) return { url };
  const file = path.resolve(root, tokenFile);
  if (existsSync(file) && !realpathSync(file).startsWith(`${realpathSync(root)}${path.sep}`))
    throw projectInvalid(`"tracking.tokenFile" of project.yaml, "${tokenFile}", leads out of the project`, {
      hint: 'a project may not read files of this machine: set SLIPWAY_TRACKING_TOKEN_FILE instead',
    });
  return { url, tokenFile: file };
}
