import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ClusterError } from './cluster-error.ts';
import { argoVersion, cacheFolder, helmVersion, kubernetesVersion, programs } from './layout.ts';

const sources = path.resolve('test/cluster');

/** What is not needed for every cluster. */
interface Extras {
  readonly argo?: boolean;
  readonly helm?: boolean;
}

/** Builds what the cache does not hold yet. From nothing this takes about ten minutes on two cores. */
export function buildPrograms({ argo = false, helm = false }: Extras = {}): void {
  buildOnce('pause-1', (folder) => goBuild(path.join(sources, 'pause'), folder, ['.']));
  buildOnce(`kubernetes-${kubernetesVersion}`, buildKubernetes);
  if (argo) buildOnce(`argo-${argoVersion}`, buildArgo);
  if (helm) buildOnce(`helm-${helmVersion}`, buildHelm);
}

/** Names of the parts that `buildPrograms` would have to build. */
export function missingPrograms({ argo = false }: Extras = {}): string[] {
  const { argoController, argoexec, helm: _, ...cluster } = programs;
  const needed = argo ? [...Object.values(cluster), argoController, argoexec] : Object.values(cluster);
  return needed.filter((file) => !existsSync(file));
}

/** Built aside and renamed: a part that is there is whole. */
function buildOnce(part: string, build: (folder: string) => void): void {
  const target = path.join(cacheFolder, part);
  if (existsSync(target)) return;
  const aside = `${target}.${process.pid}.part`;
  process.stderr.write(`building ${part}\n`);
  mkdirSync(aside, { recursive: true });
  try {
    build(aside);
    if (!existsSync(target)) renameSync(aside, target);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

function buildKubernetes(folder: string): void {
  const [major, minor] = kubernetesVersion.split('.');
  const set = (name: string, value: string): string => `-X k8s.io/component-base/version.${name}=${value}`;
  const names = ['apiserver', 'controller-manager', 'proxy', 'scheduler'].map((name) => `kube-${name}`);
  goBuild(
    path.join(sources, 'kubernetes'),
    folder,
    [...names, 'kubectl', 'kubelet'].map((name) => `k8s.io/kubernetes/cmd/${name}`),
    [
      '-ldflags',
      `-s -w ${set('gitVersion', `v${kubernetesVersion}`)} ${set('gitMajor', major ?? '')} ${set('gitMinor', minor ?? '')}`,
    ],
  );
}

/**
 * The module archive of Argo lacks one file of argoexec, a symbolic link upstream, which archives drop: it is put back in a
 * vendored copy.
 */
function buildArgo(folder: string): void {
  const argoModule = 'github.com/argoproj/argo-workflows/v3';
  const work = path.join(folder, 'source');
  cpSync(path.join(sources, 'argo'), work, { recursive: true });
  go(work, ['mod', 'vendor']);
  const signals = path.join(work, 'vendor', argoModule, 'workflow/executor/osspecific');
  if (!existsSync(path.join(signals, 'signal_linux.go')))
    cpSync(path.join(signals, 'signal_darwin.go'), path.join(signals, 'signal_linux.go'));
  const commands = ['workflow-controller', 'argoexec'].map((name) => `${argoModule}/cmd/${name}`);
  goBuild(work, folder, commands, ['-mod=vendor', '-ldflags', '-s -w']);
  rmSync(work, { recursive: true });
  const [directory = ''] = go(path.join(sources, 'argo'), ['list', '-m', '-f', '{{.Dir}}', argoModule]).split(
    '\n',
  );
  const definitions = path.join(folder, 'crds');
  cpSync(path.join(directory, 'manifests/base/crds/full'), definitions, { recursive: true });
  // files of the module cache are read-only
  for (const file of [definitions, ...readdirSync(definitions).map((name) => path.join(definitions, name))])
    chmodSync(file, file === definitions ? 0o755 : 0o644);
}

/** Helm takes the version of Kubernetes that it assumes without a cluster from its build. */
function buildHelm(folder: string): void {
  const [major, minor] = kubernetesVersion.split('.');
  const set = (name: string, value = ''): string => `-X helm.sh/helm/v3/${name}=${value}`;
  const assumed = ['pkg/chartutil', 'pkg/lint/rules'].flatMap((where) => [
    set(`${where}.k8sVersionMajor`, major),
    set(`${where}.k8sVersionMinor`, minor),
  ]);
  goBuild(
    path.join(sources, 'helm'),
    folder,
    ['helm.sh/helm/v3/cmd/helm'],
    ['-ldflags', ['-s -w', set('internal/version.version', `v${helmVersion}`), ...assumed].join(' ')],
  );
}

function goBuild(
  directory: string,
  folder: string,
  packages: readonly string[],
  flags: readonly string[] = [],
): void {
  go(directory, ['build', '-trimpath', '-buildvcs=false', ...flags, '-o', `${folder}/`, ...packages]);
}

function go(directory: string, args: readonly string[]): string {
  const result = spawnSync('go', args, {
    cwd: directory,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '' },
  });
  if (result.error)
    throw new ClusterError(
      'the cluster cannot be built: there is no "go" on the path',
      'install Go 1.24 or newer',
    );
  if (result.status !== 0)
    throw new ClusterError(
      `"go ${args.slice(0, 2).join(' ')}" failed in ${directory}`,
      'see its output above; the modules come from the Go module proxy',
    );
  return result.stdout;
}
