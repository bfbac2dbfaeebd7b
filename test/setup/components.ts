import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'vitest';
import { missingPrograms } from '../cluster/build-programs.ts';
import { missingPackages } from '../cluster/debian-programs.ts';
import { programs as clusterPrograms } from '../cluster/layout.ts';
import { postgresPrograms } from '../support/postgres-programs.ts';

/** What a suite needs beside Node. `.ci/run` installs and starts all of it. */
export type Component =
  | 'docker'
  | 'registry'
  | 'skopeo'
  | 'umoci'
  | 'chromium'
  | 'jupyter'
  | 'deno'
  | 'kubernetes'
  | 'argo'
  | 'helm'
  | 'postgres'
  | 'pgbouncer';

const cache =
  process.env.SLIPWAY_CI_CACHE ??
  path.join(process.env.XDG_CACHE_HOME ?? path.join(process.env.HOME ?? '', '.cache'), 'slipway-ci');

/** The programs that come neither from npm nor from Debian: `.ci/run` puts them into its cache. */
export const programs: Readonly<Record<'jupyter' | 'deno', string>> = {
  jupyter: process.env.SLIPWAY_TEST_JUPYTER ?? path.join(cache, 'jupyter/bin/jupyter'),
  deno: process.env.SLIPWAY_TEST_DENO ?? path.join(cache, 'deno/node_modules/@deno/linux-x64-glibc/deno'),
};

const hasCluster = (parts: { argo?: boolean }): boolean =>
  process.env.SLIPWAY_TEST_KUBECONFIG !== undefined ||
  (process.getuid?.() === 0 &&
    Object.keys(missingPackages()).length === 0 &&
    missingPrograms(parts).length === 0);

const probes: Readonly<Record<Component, () => boolean>> = {
  docker: () => succeeds('docker', ['version']),
  registry: () => succeeds('docker-registry', ['--version']),
  skopeo: () => succeeds('skopeo', ['--version']),
  umoci: () => succeeds('umoci', ['--version']),
  chromium: () => existsSync('/usr/bin/chromium'),
  jupyter: () => existsSync(programs.jupyter),
  deno: () => existsSync(programs.deno),
  kubernetes: () => hasCluster({}),
  argo: () => hasCluster({ argo: true }),
  helm: () => existsSync(clusterPrograms.helm),
  postgres: () => postgresPrograms() !== undefined,
  pgbouncer: () => succeeds('pgbouncer', ['--version']),
};

/**
 * A suite that needs more than Node. With `CI=true` a missing component fails it; elsewhere the suite is left out and a
 * line says so.
 */
export function describeWith(needed: readonly Component[], name: string, define: () => void): void {
  const missing = needed.filter((component) => !probes[component]());
  if (missing.length === 0) {
    describe(name, define);
    return;
  }
  const message = `"${name}" needs ${missing.join(', ')}, which this machine does not have: see .ci/run`;
  if (process.env.CI === 'true') {
    it(name, () => {
      throw new Error(message);
    });
    return;
  }
  console.warn(`NOT RUN: ${message}`);
  describe.runIf(false)(`${name} (not run: no ${missing.join(', ')})`, () => {
    it('needs components that are missing', () => undefined);
  });
}

function succeeds(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
