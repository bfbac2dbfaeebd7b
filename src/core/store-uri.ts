import { invalidUri } from './errors.ts';
import { parseArtifactKey, parseName } from './name.ts';

/** `store://project/key[:tag][@sha256:…]`. Without tag and digest it means the latest artifact of that key. */
export interface StoreUri {
  readonly project: string;
  readonly key: string;
  readonly tag?: string;
  /** `sha256:<64 hex>` */
  readonly digest?: string;
}

export function isStoreUri(text: string): boolean {
  return text.startsWith('store://');
}

export function parseStoreUri(text: string): StoreUri {
  const match = /^store:\/\/([^/:@]+)\/([^:@]+)(?::([^@]+))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(text);
  const [, project, key, tag, digest] = match ?? [];
  if (project === undefined || key === undefined)
    throw invalidUri(`artifact URI "${text}" cannot be read`, {
      hint: 'write it as store://project/key[:tag][@sha256:…]',
    });
  return {
    project: parseName('project', project),
    key: parseArtifactKey(key),
    ...(tag === undefined ? {} : { tag: parseName('tag', tag) }),
    ...(digest === undefined ? {} : { digest }),
  };
}

export function renderStoreUri(uri: StoreUri): string {
  return `store://${uri.project}/${uri.key}${uri.tag === undefined ? '' : `:${uri.tag}`}${uri.digest === undefined ? '' : `@${uri.digest}`}`;
}
