import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { installedParts } from '../../../src/functions/image/layers/installed-parts.ts';
import type { LayerEntry } from '../../../src/functions/image/layers/layer-entry.ts';
import { runtimeEntries } from '../../../src/functions/image/layers/runtime-layer.ts';
import { packageTarget } from '../../../src/functions/image/packages/target.ts';
import { planDependencies } from '../../../src/functions/image/plan-packages.ts';
import { packageFunction } from '../../../src/functions/package-function.ts';
import { writeFiles } from '../package-source.ts';
import { packageFiles } from './native-package.ts';

const other = process.arch === 'arm64' ? 'amd64' : 'arm64';
const cpu = other === 'arm64' ? 'arm64' : 'x64';
const machine = other === 'arm64' ? 183 : 62;
const platform = { os: 'linux', architecture: other };
const esbuild = JSON.parse(readFileSync('node_modules/esbuild/package.json', 'utf8')).version as string;

let folder: string;
let count = 0;
let root: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-platform-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  count += 1;
  root = path.join(folder, `project-${count}`);
  mkdirSync(path.join(root, 'node_modules'), { recursive: true });
});

const write = (files: Readonly<Record<string, string | Buffer>>): void =>
  writeFiles(root, files as Readonly<Record<string, string>>);

/** The files of the dependency layer for the other platform. */
async function dependencies(): Promise<readonly LayerEntry[]> {
  const cacheDirectory = path.join(root, '.slipway/cache');
  const packaged = await packageFunction({ source: 'train.ts', root, cacheDirectory });
  const plan = await planDependencies({ packaged, root, cacheDirectory }, packageTarget(platform));
  return plan?.entries() ?? [];
}

function machineOf({ content }: LayerEntry): number {
  if (content.kind === 'file') return readFileSync(content.file).readUInt16LE(18);
  if (content.kind === 'bytes') return Buffer.from(content.bytes).readUInt16LE(18);
  throw new Error(`no file: ${content.kind}`);
}

describe('packages for another platform than this machine’s', () => {
  it('come with the parts that are for it, fetched with npm and kept', async () => {
    for (const name of ['esbuild', '@esbuild'])
      symlinkSync(realpathSync(`node_modules/${name}`), path.join(root, 'node_modules', name));
    write({ 'train.ts': "import { version } from 'esbuild';\nexport const train = () => version;\n" });
    const entries = await dependencies();
    const program = entries.find((entry) => entry.path.endsWith(`/@esbuild/linux-${cpu}/bin/esbuild`));
    expect(program?.mode).toBe(0o755);
    expect(program && machineOf(program)).toBe(machine);
    expect(entries.filter((entry) => entry.path.includes('/@esbuild/')).length).toBeGreaterThan(1);
    expect(entries.every((entry) => !entry.path.includes(`linux-${cpu === 'x64' ? 'arm64' : 'x64'}`))).toBe(
      true,
    );
    // the second time from the cache, without a network
    write({ '.npmrc': 'registry=http://127.0.0.1:9/\nfetch-retries=0\n' });
    expect((await dependencies()).map((entry) => entry.path)).toEqual(entries.map((entry) => entry.path));
  });

  it('are refused where what was fetched is not what the lockfile says', async () => {
    for (const name of ['esbuild', '@esbuild'])
      symlinkSync(realpathSync(`node_modules/${name}`), path.join(root, 'node_modules', name));
    const integrity = `sha512-${Buffer.alloc(64).toString('base64')}`;
    write({
      'train.ts': "import { version } from 'esbuild';\nexport const train = () => version;\n",
      'package-lock.json': JSON.stringify({
        lockfileVersion: 3,
        packages: { [`node_modules/@esbuild/linux-${cpu}`]: { version: esbuild, integrity } },
      }),
    });
    await expect(dependencies()).rejects.toMatchObject({
      code: 'IMAGE_DIGEST_MISMATCH',
      message: `package "@esbuild/linux-${cpu}@${esbuild}" is not what package-lock.json says`,
    });
  });

  it('are refused where npm cannot get a part', async () => {
    write({
      'train.ts': "import { n } from 'native-one';\nexport const train = () => n;\n",
      '.npmrc': 'registry=http://127.0.0.1:9/\nfetch-retries=0\n',
      ...packageFiles('native-one', {
        gypfile: true,
        optionalDependencies: { [`native-one-linux-${cpu}`]: '1.0.0', 'native-one-win32-x64': '1.0.0' },
      }),
    });
    await expect(dependencies()).rejects.toMatchObject({
      code: 'IMAGE_PACKAGE_UNAVAILABLE',
      message: expect.stringMatching(
        new RegExp(`^fetching package "native-one-linux-${cpu}@1\\.0\\.0" failed: .*127\\.0\\.0\\.1:9`),
      ),
    });
  });

  it('are refused where their machine code was made here', async () => {
    const here = cpu === 'x64' ? 183 : 62;
    const code = Buffer.alloc(64);
    code.write('\x7fELF\x02\x01\x01', 'latin1');
    code.writeUInt16LE(here, 18);
    write({
      'train.ts': "import { n } from 'native-one';\nexport const train = () => n;\n",
      ...packageFiles(
        'native-one',
        { gypfile: true },
        { 'index.js': 'exports.n = 1', 'build/Release/x.node': code },
      ),
    });
    await expect(dependencies()).rejects.toMatchObject({
      code: 'IMAGE_PACKAGE_PLATFORM',
      hint: expect.stringContaining('build the image on a machine of that platform'),
    });
  });
});

describe('the runtime layer for another platform', () => {
  it('has an init for it', () => {
    const init = runtimeEntries(installedParts(), platform).find((entry) => entry.path === 'slipway/init');
    expect(init && machineOf(init)).toBe(machine);
  });

  it('is refused for one that has no init', () => {
    expect(() => runtimeEntries(installedParts(), { os: 'linux', architecture: 's390x' })).toThrow(
      'images cannot be built for platform "linux/s390x"',
    );
  });
});
