import path from 'node:path';
import type { TrackingSettings } from '../../tracking/http/server-address.ts';
import { readUserConfig, userConfigFile } from './user-config.ts';

/** The tracking server that the user's own settings name; the file of its token is relative to them. */
export async function readUserTracking(
  env: Readonly<Record<string, string | undefined>>,
): Promise<TrackingSettings> {
  const { trackingUrl: url, trackingTokenFile: tokenFile } = await readUserConfig(env);
  return {
    ...(typeof url === 'string' ? { url } : {}),
    ...(typeof tokenFile === 'string'
      ? { tokenFile: path.resolve(path.dirname(userConfigFile(env)), tokenFile) }
      : {}),
  };
}
