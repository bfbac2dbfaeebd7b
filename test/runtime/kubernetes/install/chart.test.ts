import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { packageVersion } from '../../../../src/core/package-root.ts';
import type { InstallObject } from '../../../../src/runtime/kubernetes/install/install-options.ts';
import { renderInstall } from '../../../../src/runtime/kubernetes/install/render-install.ts';
import { programs } from '../../../cluster/layout.ts';
import { describeWith } from '../../../setup/components.ts';
import { installExamples, serverImage } from './install-examples.ts';

const chart = path.resolve('deploy/helm/slipway');

describeWith(['helm'], 'the Helm chart', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-chart-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  function helm(
    args: readonly string[],
    values: object = {},
  ): { status: number | null; stdout: string; stderr: string } {
    const file = path.join(folder, 'values.json');
    writeFileSync(file, JSON.stringify(values));
    const env = { ...process.env, HELM_CACHE_HOME: folder, HELM_CONFIG_HOME: folder, HELM_DATA_HOME: folder };
    return spawnSync(programs.helm, [...args, '--values', file], { encoding: 'utf8', env });
  }

  it('passes the strict lint, plain and with everything in it', () => {
    for (const { values } of Object.values(installExamples)) {
      const { status, stdout, stderr } = helm(['lint', '--strict', chart], values);
      expect(status, stdout + stderr).toBe(0);
    }
  });

  it.each(Object.entries(installExamples))(
    '(%s) renders the objects that the command renders',
    (_, example) => {
      const { install, values } = example;
      const wanted = { ...values, namespace: { create: true } };
      const { status, stdout, stderr } = helm(
        ['template', 'slipway', chart, '--namespace', install.namespace],
        wanted,
      );
      expect(status, stderr).toBe(0);
      const rendered = parseAllDocuments(stdout)
        .map((document) => document.toJS() as InstallObject | null)
        .filter((object) => object !== null);
      expect(byName(rendered)).toEqual(byName(renderInstall({ ...install, version: packageVersion() })));
    },
  );

  it('leaves the namespace to whoever installs it, unless asked', () => {
    const { stdout } = helm(['template', 'slipway', chart]);
    expect(stdout).not.toContain('kind: Namespace');
    expect(stdout).toContain('kind: Role');
  });

  it.each([
    [{ server: { enabled: true } }, 'image'],
    [{ server: { enabled: true, image: 'registry.example/server:1.0' } }, 'image'],
    [{ server: { enabled: true, image: serverImage, storage: 'much' } }, 'storage'],
    [{ networkPolicy: { egress: ['example.com'] } }, 'egress'],
    [{ servers: {} }, 'servers'],
  ])('refuses the values %j', (values, named) => {
    const { status, stderr } = helm(['template', 'slipway', chart], values);
    expect(status).not.toBe(0);
    expect(stderr).toContain(named);
  });

  it('has the version of the package', () => {
    const { version, appVersion } = parse(readFileSync(path.join(chart, 'Chart.yaml'), 'utf8'));
    expect({ version, appVersion }).toEqual({ version: packageVersion(), appVersion: packageVersion() });
    const { files } = JSON.parse(readFileSync('package.json', 'utf8')) as { files: string[] };
    expect(files).toContain('deploy');
  });
});

function byName(objects: readonly InstallObject[]): Record<string, unknown> {
  const named = objects.map((object) => [`${object.kind} ${object.metadata.name}`, object] as const);
  expect(new Set(named.map(([name]) => name)).size).toBe(objects.length);
  return JSON.parse(JSON.stringify(Object.fromEntries(named)));
}
