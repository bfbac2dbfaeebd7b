import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { packageVersion } from '../../../../src/core/package-root.ts';
import type {
  InstallObject,
  InstallOptions,
} from '../../../../src/runtime/kubernetes/install/install-options.ts';
import { renderInstall } from '../../../../src/runtime/kubernetes/install/render-install.ts';
import { renderYaml } from '../../../../src/runtime/kubernetes/manifest/render-yaml.ts';
import { createFolder } from '../../../e2e/slipway.ts';
import { installExamples, serverImage } from './install-examples.ts';

const version = '0.1.0';
const golden = path.join(import.meta.dirname, 'golden');
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function readManifests(text: string): unknown[] {
  return parseAllDocuments(text, { version: '1.1' }).map((document) => document.toJS());
}

describe('slipway kubernetes manifest', () => {
  it.each(['rights alone', 'everything'])('(%s) renders what was agreed on', async (name) => {
    const install = installExamples[name]?.install ?? { namespace: 'none' };
    const file = path.join(golden, `${name.replaceAll(' ', '-')}.yaml`);
    await expect(renderYaml(renderInstall({ ...install, version }))).toMatchFileSnapshot(file);
  });

  it.each(Object.entries(installExamples))(
    '(%s) prints it as YAML, and as one JSON document',
    async (_, example) => {
      const expected = plain(renderInstall({ ...example.install, version: packageVersion() }));
      const folder = createFolder();
      const yaml = await folder.slipway(['kubernetes', 'manifest', ...example.words]);
      expect(yaml.code, yaml.stderr).toBe(0);
      expect(readManifests(yaml.stdout)).toEqual(expected);
      const { data } = await folder.json(['kubernetes', 'manifest', ...example.words]);
      expect(data).toEqual({ apiVersion: 'v1', kind: 'List', items: expected });
      // a command that only prints leaves nothing behind
      expect(readdirSync(folder.path)).toEqual([]);
    },
  );

  it('writes a file for each object into a folder, with a kustomization that names them all', async () => {
    const folder = createFolder();
    const words = installExamples.everything?.words ?? [];
    const { code, stderr } = await folder.slipway(['kubernetes', 'manifest', ...words, '-o', 'deploy/']);
    expect(code, stderr).toBe(0);
    const files = readdirSync(path.join(folder.path, 'deploy'));
    const read = (name: string): unknown[] =>
      readManifests(readFileSync(path.join(folder.path, 'deploy', name), 'utf8'));
    const [kustomization] = read('kustomization.yaml') as [{ resources: string[] }];
    expect([...kustomization.resources, 'kustomization.yaml'].sort()).toEqual(files.sort());
    const { install } = installExamples.everything ?? { install: { namespace: '' } };
    expect(kustomization.resources.flatMap(read)).toEqual(
      plain(renderInstall({ ...install, version: packageVersion() })),
    );
    expect(stderr).toContain('kubectl apply -k deploy/');
    expect(stderr).toContain('kubectl create secret generic tokens-of-the-lab --namespace penguins');
  });

  it.each([
    [['--image', serverImage], 'add --server'],
    [['--server'], 'slipway kubernetes image --push'],
    [['--server', '--image', 'registry.example/server:1.0'], 'not named by its digest'],
    [['--namespace', 'No_Good'], 'namespace "No_Good" cannot be used'],
    [['--egress', '10.0.0.0/64'], '"10.0.0.0/64" is no range of addresses'],
    [['--egress', 'example.com:443'], '"example.com:443" is no range of addresses'],
    [['--egress', '10.0.0.0/8:70000'], 'no range of addresses'],
    [['--server', '--image', serverImage, '--storage', 'much'], 'storage "much"'],
    [['--server', '--image', serverImage, '--token-secret', 'a b'], '"a b" is no name'],
    [['-o', 'table'], '"table" is no form of manifests'],
  ])('refuses %j', async (words, message) => {
    const folder = createFolder();
    const { code, stdout, stderr } = await folder.slipway(['kubernetes', 'manifest', ...words]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(existsSync(path.join(folder.path, 'table'))).toBe(false);
  });
});

describe('what is rendered', () => {
  const install: InstallOptions = { ...(installExamples.everything?.install ?? { namespace: '' }), version };
  const objects = renderInstall(install);
  const rules = (kind: string, name: string): Rule[] =>
    (
      objects.find((each) => each.kind === kind && each.metadata.name === name) as {
        rules?: Rule[];
      } & InstallObject
    )?.rules ?? [];
  interface Rule {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
  }

  it('holds the value of no secret, and lets nobody read one', () => {
    const filled = objects.filter(
      (each) => each.kind === 'Secret' && ('data' in each || 'stringData' in each),
    );
    expect(filled).toEqual([]);
    const all = ['Role', 'ClusterRole'].flatMap((kind) =>
      objects.filter((each) => each.kind === kind).flatMap(({ metadata }) => rules(kind, metadata.name)),
    );
    expect(all.length).toBeGreaterThan(5);
    expect(all.filter((rule) => JSON.stringify(rule).includes('*'))).toEqual([]);
    const secrets = all.filter(({ resources }) => resources.includes('secrets'));
    expect(secrets.flatMap(({ verbs }) => verbs)).toEqual(['create']);
  });

  it('gives runs and the server accounts, but binds no role to them', () => {
    const bound = objects.flatMap((each) => (each as { subjects?: { name: string }[] }).subjects ?? []);
    expect([...new Set(bound.map(({ name }) => name))].sort()).toEqual(['lab-argo', 'lab-submitter']);
    const accounts = objects.filter(({ kind }) => kind === 'ServiceAccount');
    expect(accounts.map(({ metadata }) => metadata.name)).toEqual([
      'lab-submitter',
      'lab-run',
      'lab-server',
      'lab-argo',
    ]);
    for (const account of accounts) expect(account).toMatchObject({ automountServiceAccountToken: false });
  });
});
