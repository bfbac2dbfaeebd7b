import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderSbom } from '../../../src/functions/image/evidence/sbom.ts';
import type { BuiltImage } from '../../../src/functions/image/image-request.ts';
import type { ImageManifest } from '../../../src/functions/image/oci/manifest.ts';
import { type ImageProject, imageProject } from './function-image.ts';
import { packageFiles } from './native-package.ts';

interface Component {
  readonly name: string;
  readonly group?: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly properties: readonly { readonly name: string; readonly value: string }[];
}

interface Sbom {
  readonly serialNumber: string;
  readonly metadata: { readonly component: { readonly name: string; readonly version: string } };
  readonly components: readonly Component[];
}

const schema = (name: string): object =>
  JSON.parse(readFileSync(path.join('test/functions/image/schemas/cyclonedx', name), 'utf8'));

/** What the schema has against a document. */
function problems(document: object): unknown {
  const ajv = new Ajv({
    strict: false,
    schemas: [schema('jsf-0.82.schema.json'), schema('spdx.schema.json')],
    // formats that the schema names and Ajv does not know by itself
    formats: { 'date-time': true, 'iri-reference': true, 'idn-email': true, email: true, uri: true },
  });
  const validate = ajv.compile(schema('cyclonedx-1.6.schema.json'));
  return validate(document) ? [] : validate.errors;
}

let folder: string;
let project: ImageProject;
let image: BuiltImage;

/** The document attached to the image under a type. */
function attached<Document>(type: string): Document {
  const found = image.attachments.find(({ artifactType }) => artifactType === type);
  if (!found) throw new Error(`nothing of type ${type} is attached`);
  const { layers } = JSON.parse(project.blobs.read(found.digest).toString()) as ImageManifest;
  return JSON.parse(project.blobs.read(layers[0]?.digest ?? '').toString()) as Document;
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-evidence-'));
  project = imageProject(path.join(folder, 'project'), path.join(folder, 'cache'));
  mkdirSync(path.join(project.root, 'node_modules'));
  symlinkSync(realpathSync('node_modules/yaml'), path.join(project.root, 'node_modules/yaml'));
  const integrity = `sha512-${Buffer.alloc(64, 7).toString('base64')}`;
  project.write({
    'train.ts':
      "import { n } from '@team/native';\nimport { parse } from 'yaml';\nimport { one } from 'left';\nimport { two } from 'right';\nexport const train = (ctx: unknown, { text = '1' }: { text?: string }) => n + parse(text) + one + two;\n",
    'node_modules/left/package.json': '{"name":"left","version":"1.0.0","main":"index.js"}',
    'node_modules/left/index.js': "exports.one = require('shared').n;\n",
    'node_modules/left/node_modules/shared/package.json':
      '{"name":"shared","version":"1.2.3","main":"index.js"}',
    'node_modules/left/node_modules/shared/index.js': 'exports.n = 1;\n',
    'node_modules/right/package.json': '{"name":"right","version":"1.0.0","main":"index.js"}',
    'node_modules/right/index.js': "exports.two = require('shared').n;\n",
    'node_modules/shared/package.json': '{"name":"shared","version":"2.0.0","main":"index.js"}',
    'node_modules/shared/index.js': 'exports.n = 2;\n',
    ...packageFiles('@team/native', { gypfile: true, version: '2.3.4', license: 'MIT OR Apache-2.0' }),
    'package-lock.json': JSON.stringify({
      lockfileVersion: 3,
      packages: { 'node_modules/@team/native': { version: '2.3.4', integrity } },
    }),
  });
  image = await project.build('train.ts', { env: { LEVEL: 'info' } });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the bill of materials of an image', () => {
  const list = (): Sbom => attached<Sbom>('application/vnd.cyclonedx+json');
  const named = (name: string, where: string): Component | undefined =>
    list().components.find(
      (component) => component.name === name && component.properties.some(({ value }) => value === where),
    );

  it('is valid CycloneDX 1.6', () => {
    expect(problems(list())).toEqual([]);
    expect(problems({ ...list(), components: [{ type: 'nonsense' }] })).not.toEqual([]);
  });

  it('names the function, Node, packages in the bundle, beside it, and of the runner', () => {
    expect(list().metadata.component).toMatchObject({ name: 'train', version: image.bundle });
    expect(named('node', 'base')?.version).toBe(process.versions.node);
    expect(named('yaml', 'bundle')?.purl).toMatch(/^pkg:npm\/yaml@\d/);
    expect(named('apache-arrow', 'runtime')?.version).toMatch(/^\d/);
    expect(named('native', 'dependencies')).toMatchObject({
      group: '@team',
      purl: 'pkg:npm/%40team/native@2.3.4',
      licenses: [{ expression: 'MIT OR Apache-2.0' }],
      hashes: [{ alg: 'SHA-512', content: '07'.repeat(64) }],
    });
  });

  it('names every version of a package that the bundle has two of', () => {
    const shared = list().components.filter(({ name }) => name === 'shared');
    expect(shared.map(({ version }) => version).sort()).toEqual(['1.2.3', '2.0.0']);
  });

  it('is the same for the same image, and another for another', () => {
    const facts = { function: 'f', bundle: 'b', created: '1970-01-01T00:00:00Z', version: '1', packages: [] };
    const serial = (digest: string): unknown =>
      (renderSbom({ ...facts, image: digest }) as Sbom).serialNumber;
    expect(serial('sha256:1')).toBe(serial('sha256:1'));
    expect(serial('sha256:1')).not.toBe(serial('sha256:2'));
    expect(serial('sha256:1')).toMatch(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
});

describe('the provenance of an image', () => {
  it('says what was built, by what, and from which inputs by digest', () => {
    const statement = attached<Record<string, unknown>>('application/vnd.in-toto+json');
    expect(statement).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'train', digest: { sha256: image.manifest.digest.replace('sha256:', '') } }],
      predicateType: 'https://slsa.dev/provenance/v1',
      predicate: {
        buildDefinition: {
          externalParameters: {
            function: 'train',
            source: 'train.ts',
            recipe: { base: 'self', env: { LEVEL: 'info' } },
          },
          resolvedDependencies: expect.arrayContaining([
            { name: 'bundle', digest: { sha256: image.bundle.replace('sha256:', '') } },
            { name: 'base', digest: { sha256: image.base.digest.replace('sha256:', '') } },
          ]),
        },
        runDetails: {
          builder: {
            version: { slipway: expect.stringMatching(/^\d/), esbuild: expect.stringMatching(/^\d/) },
          },
        },
      },
    });
  });

  it('says nothing of the machine', () => {
    for (const { digest } of image.attachments) {
      const { layers } = JSON.parse(project.blobs.read(digest).toString()) as ImageManifest;
      expect(project.blobs.read(layers[0]?.digest ?? '').toString()).not.toContain(folder);
    }
  });
});
