import { invalidImageReference } from '../errors.ts';

/** An image by name. Without tag and digest the tag `latest` is meant. */
export interface ImageReference {
  /** `host` or `host:port`; `docker.io` where none was given. */
  readonly registry: string;
  /** e.g. `library/node` */
  readonly repository: string;
  readonly tag?: string;
  /** `sha256:<hex>`; wins over the tag. */
  readonly digest?: string;
}

const component = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const registryPattern = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?$/;
const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const example = 'write it as registry.example.com/team/name:tag or name@sha256:<64 hex digits>';

/**
 * Reads a name as Docker does: `node:20` is `docker.io/library/node:20`; a first part with a dot, a colon or the name
 * `localhost` is the registry.
 * @throws INVALID_IMAGE_REFERENCE
 */
export function parseImageReference(text: string): ImageReference {
  const fail = (reason: string, hint: string = example): Error =>
    invalidImageReference(`"${text}" is not a name of an image: ${reason}`, { hint });
  if (/^[a-z]+:\/\//i.test(text)) throw fail('it is a URL', `leave out the "${text.split('//')[0]}//"`);
  const [beforeDigest = '', digest, ...rest] = text.split('@');
  if (rest.length > 0 || (digest !== undefined && !/^sha256:[0-9a-f]{64}$/.test(digest)))
    throw fail('what follows "@" is no digest');
  const { name, tag } = splitTag(beforeDigest);
  if (tag !== undefined && !tagPattern.test(tag))
    throw fail(`"${tag}" is no tag`, 'a tag has up to 128 letters, digits, "_", "." and "-"');
  const { registry, repository } = splitRegistry(name);
  if (!registryPattern.test(registry)) throw fail(`"${registry}" is no name of a registry`);
  const wrong = repository.split('/').find((part) => !component.test(part));
  if (wrong !== undefined) throw fail(`"${wrong}" is not allowed in a name`, nameHint(wrong));
  if (repository.length > 255) throw fail('it is longer than 255 characters');
  return {
    registry,
    repository,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** The whole name, with registry; what `parseImageReference` reads back. */
export function renderImageReference({ registry, repository, tag, digest }: ImageReference): string {
  return `${registry}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

/** What the registry's API calls it: the digest, else the tag. */
export function manifestName({ tag = 'latest', digest }: ImageReference): string {
  return digest ?? tag;
}

function splitTag(text: string): { name: string; tag?: string } {
  const colon = text.lastIndexOf(':');
  // a colon before a slash belongs to the port
  if (colon < 0 || text.includes('/', colon)) return { name: text };
  return { name: text.slice(0, colon), tag: text.slice(colon + 1) };
}

function splitRegistry(name: string): { registry: string; repository: string } {
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  if (slash >= 0 && (/[.:]/.test(first) || first === 'localhost'))
    return normalised(first, name.slice(slash + 1));
  return normalised('docker.io', name);
}

function normalised(registry: string, path: string): { registry: string; repository: string } {
  if (registry !== 'docker.io' && registry !== 'index.docker.io') return { registry, repository: path };
  return { registry: 'docker.io', repository: path.includes('/') ? path : `library/${path}` };
}

function nameHint(part: string): string {
  return part !== part.toLowerCase() && component.test(part.toLowerCase())
    ? `names are lower case: "${part.toLowerCase()}"`
    : 'a name has lower-case letters and digits, with ".", "_" or "-" between them';
}
