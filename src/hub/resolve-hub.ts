import path from 'node:path';
import { nearestName } from '../core/nearest-name.ts';
import type { FunctionSpec, PackagedFunction } from '../functions/function-spec.ts';
import { hubItemNotFound } from './errors.ts';
import { type HubReference, parseHubReference, renderHubReference } from './hub-reference.ts';
import { catalogDirectory, type InstalledHubItem, listHub } from './list-hub.ts';
import { checkLock, readLockfile, writeLockfile } from './lockfile.ts';

export interface ResolveHubOptions {
  /** Folder of the project, where `slipway.lock` may pin versions and digests. */
  readonly root: string;
  /** Where bundles are kept; what has not changed is not packaged again. */
  readonly cacheDirectory: string;
  /** Folder of the hub functions. @default the one that comes with the package */
  readonly catalog?: string;
}

/**
 * The packaged function behind `hub://name[:version]`. Its spec carries version and `hub://name:version` as source.
 * Throws `HUB_ITEM_NOT_FOUND` naming the nearest function or the versions that exist, and `HUB_DIGEST_MISMATCH` where
 * `slipway.lock` pins another one.
 */
export async function resolveHubFunction(
  reference: string,
  options: ResolveHubOptions,
): Promise<PackagedFunction> {
  const parsed = parseHubReference(reference);
  const [packaged, lockfile] = await Promise.all([packageItem(parsed, options), readLockfile(options.root)]);
  checkLock(lockfile, parsed.name, lockOf(packaged));
  return packaged;
}

/** Pins hub functions to what is installed now, in the project's `slipway.lock`; others that it pins stay as they are. */
export async function lockHubFunctions(
  references: readonly string[],
  options: ResolveHubOptions,
): Promise<void> {
  const lockfile = await readLockfile(options.root);
  const added = await Promise.all(
    references.map(async (text) => {
      const reference = parseHubReference(text);
      return [reference.name, lockOf(await packageItem(reference, options))] as const;
    }),
  );
  writeLockfile(options.root, { lockVersion: 1, hub: { ...lockfile?.hub, ...Object.fromEntries(added) } });
}

function lockOf({ spec }: PackagedFunction): { version: string; digest: string } {
  return { version: spec.metadata.version ?? '', digest: spec.spec.digest };
}

async function packageItem(reference: HubReference, options: ResolveHubOptions): Promise<PackagedFunction> {
  const catalog = options.catalog ?? catalogDirectory();
  const item = chooseItem(reference, await listHub(catalog));
  const { packageFunction } = await import('../functions/package-function.ts');
  const packaged = await packageFunction({
    source: path.join(item.directory, 'function.ts'),
    handlers: [item.handler],
    name: item.name,
    root: catalog,
    cacheDirectory: options.cacheDirectory,
  });
  return { ...packaged, spec: describeItem(packaged.spec, item) };
}

function chooseItem(reference: HubReference, items: readonly InstalledHubItem[]): InstalledHubItem {
  const text = renderHubReference(reference);
  const item = items.find((candidate) => candidate.name === reference.name);
  if (!item) {
    const names = items.map((candidate) => candidate.name);
    const near = nearestName(reference.name, names);
    throw hubItemNotFound(`"${text}" does not exist: the hub has no function "${reference.name}"`, {
      hint: near ? `did you mean "hub://${near}"?` : `it has ${names.join(', ')}`,
    });
  }
  if (reference.version !== undefined && reference.version !== item.version)
    throw hubItemNotFound(`"${text}" does not exist: "${item.name}" has no version ${reference.version}`, {
      hint: `the version that is installed is ${item.version}`,
    });
  return item;
}

function describeItem(spec: FunctionSpec, item: InstalledHubItem): FunctionSpec {
  return {
    ...spec,
    metadata: {
      ...spec.metadata,
      name: item.name,
      description: item.description,
      version: item.version,
      categories: item.categories,
      labels: { ...item.labels, ...spec.metadata.labels },
    },
    spec: {
      ...spec.spec,
      defaultHandler: item.handler,
      source: renderHubReference({ name: item.name, version: item.version }),
    },
  };
}
