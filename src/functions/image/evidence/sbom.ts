import { createHash } from 'node:crypto';

/** One package in an image. */
export interface SbomPackage {
  readonly name: string;
  readonly version: string;
  /** Where in the image it is: bundled into main.mjs, in a layer of packages, or the base. */
  readonly where: 'bundle' | 'dependencies' | 'runtime' | 'base';
  /** SPDX expression or name. */
  readonly license?: string | undefined;
  /** `sha512-<base64>`, from the lockfile. */
  readonly integrity?: string | undefined;
  readonly optional?: boolean;
}

export interface SbomFacts {
  /** The function, or what else the image is of. */
  readonly function: string;
  /** Digest of the bundle. */
  readonly bundle: string;
  /** Digest of the image's manifest. */
  readonly image: string;
  readonly created: string;
  /** Version of Slipway. */
  readonly version: string;
  readonly packages: readonly SbomPackage[];
}

/** A bill of materials in CycloneDX 1.6: the function, every package in its image, and where it is. */
export function renderSbom(facts: SbomFacts): object {
  const reference = `function:${facts.function}@${facts.bundle}`;
  const components = facts.packages.map(renderComponent);
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(facts.image)}`,
    version: 1,
    metadata: {
      timestamp: facts.created,
      tools: { components: [{ type: 'application', name: 'slipway', version: facts.version }] },
      component: {
        type: 'application',
        'bom-ref': reference,
        name: facts.function,
        version: facts.bundle,
        properties: [{ name: 'slipway:image', value: facts.image }],
      },
    },
    components,
    dependencies: [
      { ref: reference, dependsOn: components.map((component) => component['bom-ref']) },
      ...components.map((component) => ({ ref: component['bom-ref'] })),
    ],
  };
}

function renderComponent(found: SbomPackage): Readonly<Record<string, unknown>> & { 'bom-ref': string } {
  const [scope, name] = found.name.startsWith('@') ? found.name.split('/') : [undefined, found.name];
  const isNode = found.where === 'base';
  const purl = isNode
    ? `pkg:generic/${found.name}@${found.version}`
    : `pkg:npm/${found.name.replace('@', '%40')}@${encodeURIComponent(found.version)}`;
  const hash = hashOf(found.integrity);
  return {
    type: isNode ? 'platform' : 'library',
    'bom-ref': `${found.where}:${purl}`,
    ...(scope === undefined ? {} : { group: scope }),
    name: name ?? found.name,
    version: found.version,
    ...(hash === undefined ? {} : { hashes: [hash] }),
    ...(found.license === undefined ? {} : { licenses: [renderLicense(found.license)] }),
    purl,
    properties: [{ name: 'slipway:layer', value: found.where }],
  };
}

/** Simple names of licences that are no SPDX expressions are kept as names: guessing would make the document invalid. */
function renderLicense(license: string): object {
  return / (?:AND|OR|WITH) /.test(license) ? { expression: license } : { license: { name: license } };
}

function hashOf(integrity: string | undefined): object | undefined {
  const [, algorithm, value] = /^sha(512|384|256|1)-(\S+)/.exec(integrity ?? '') ?? [];
  if (algorithm === undefined || value === undefined) return undefined;
  return { alg: `SHA-${algorithm}`, content: Buffer.from(value, 'base64').toString('hex') };
}

/** A UUID made of a digest, so that the same image has the same document. */
function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
