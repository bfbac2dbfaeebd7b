import { invalidHubReference } from './errors.ts';

/** `hub://name` or `hub://name:version`. */
export interface HubReference {
  readonly name: string;
  /** Semantic version; the one that is installed when absent or `latest`. */
  readonly version?: string;
}

/** Throws `INVALID_HUB_REFERENCE`. */
export function parseHubReference(text: string): HubReference {
  const match = /^hub:\/\/([a-z0-9]+(?:-[a-z0-9]+)*)(?::([A-Za-z0-9][A-Za-z0-9.+-]*))?$/.exec(text);
  const [, name, version] = match ?? [];
  if (name === undefined)
    throw invalidHubReference(`hub reference "${text}" cannot be read`, {
      hint: 'write it as hub://name or hub://name:version, e.g. hub://describe:1.0.0',
    });
  return version === undefined || version === 'latest' ? { name } : { name, version };
}

export function renderHubReference({ name, version }: HubReference): string {
  return `hub://${name}${version === undefined ? '' : `:${version}`}`;
}
