import path from 'node:path';
import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import { packageRoot } from '../../core/package-root.ts';
import type { ProcessIdentity } from '../../tracking/journal-event.ts';
import { heapMegabytes } from '../heap-limit.ts';
import type { Job } from '../job.ts';
import { runVariables } from '../run-variables.ts';
import { secretsDirectory } from '../runner/container-runner.ts';
import type { ContainerImage } from './container-image.ts';
import type { Mount } from './mount-table.ts';
import { networkOf } from './network-need.ts';

/** The caller, as whom user code runs so that what it writes is the caller's. */
export interface ContainerUser {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

export interface ContainerPlan {
  readonly job: Job;
  readonly image: ContainerImage;
  readonly mounts: readonly Mount[];
  readonly user: ContainerUser;
  readonly submitter: ProcessIdentity;
  /** Tells the containers of one submitter apart from all others. */
  readonly session: string;
}

/** Labels of every container of ours. */
export const labels = {
  run: 'slipway.run',
  project: 'slipway.project',
  store: 'slipway.store',
  session: 'slipway.session',
  submitter: 'slipway.submitter',
} as const;

/** Processes and threads of one container, unless the run asks for another limit. */
const defaultPids = 4096;

/** Name of the container of a run's attempt. */
export function containerName({ uid, attempt }: Pick<Job, 'uid' | 'attempt'>): string {
  return `slipway-${uid}${attempt > 1 ? `-${attempt}` : ''}`;
}

/**
 * The container of one attempt: user code has no capabilities, no way to gain any, a root that it cannot write, no network unless it
 * needs one, and goes when it ends. Job and secrets are not in it: they come on standard input.
 */
export function renderContainer(plan: ContainerPlan): ContainerCreateOptions {
  const { job, image, user, submitter, session } = plan;
  return {
    name: containerName(job),
    Image: image.id,
    ...(image.hasRunner ? {} : { Entrypoint: ['node', runnerFile()], Cmd: [] }),
    User: `${user.uid}:${user.gid}`,
    WorkingDir: job.workingDirectory,
    Env: renderEnvironment(job),
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    OpenStdin: true,
    StdinOnce: true,
    Labels: {
      [labels.run]: job.uid,
      [labels.project]: job.project,
      [labels.store]: job.storeDirectory,
      [labels.session]: session,
      [labels.submitter]: JSON.stringify(submitter),
    },
    HostConfig: renderHostConfig(plan),
  };
}

/** Of this installation, for images without a runner: it is mounted under its own path. */
const runnerFile = (): string => path.join(packageRoot(), 'dist', 'container-runner.mjs');

function renderHostConfig({ job, image, mounts, user }: ContainerPlan): HostConfig {
  return {
    AutoRemove: true,
    // an image of ours has a first process that reaps and forwards signals
    ...(image.hasRunner ? {} : { Init: true }),
    Mounts: mounts.map(({ path: file, readOnly }) => ({
      Type: 'bind',
      Source: file,
      Target: file,
      ReadOnly: readOnly,
    })),
    Tmpfs: renderTmpfs(job, mounts, user),
    ReadonlyRootfs: true,
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges'],
    // files of the caller are the caller's also where the daemon gives containers users of their own
    UsernsMode: 'host',
    GroupAdd: user.groups.map(String),
    NetworkMode: networkOf(job),
    LogConfig: { Type: 'none', Config: {} },
    ...renderLimits(job),
  };
}

function renderLimits({ resources }: Job): HostConfig {
  const { memory, cpus, gpus, shm, pids } = resources;
  return {
    ...(memory === undefined ? {} : { Memory: memory, MemorySwap: memory }),
    ...(cpus === undefined ? {} : { NanoCpus: Math.round(cpus * 1e9) }),
    ...(shm === undefined ? {} : { ShmSize: shm }),
    PidsLimit: pids ?? defaultPids,
    ...(gpus === undefined
      ? {}
      : { DeviceRequests: [{ Driver: '', Count: gpus === 'all' ? -1 : gpus, Capabilities: [['gpu']] }] }),
  };
}

/** Where user code may write beside the store; in memory, so it counts towards the limit. */
function renderTmpfs(
  job: Job,
  mounts: readonly Mount[],
  user: ContainerUser,
): Readonly<Record<string, string>> {
  const secrets = `rw,noexec,nosuid,nodev,size=1m,mode=0700,uid=${user.uid},gid=${user.gid}`;
  return {
    [temporaryFolder(mounts)]: 'rw,exec,nosuid,nodev,mode=1777',
    ...(job.secretNames.length > 0 ? { [secretsDirectory]: secrets } : {}),
  };
}

/** A run may be started from `/tmp` itself, which is then mounted like any folder. */
function temporaryFolder(mounts: readonly Mount[]): string {
  return mounts.some((mount) => mount.path === '/tmp') ? '/run/tmp' : '/tmp';
}

function renderEnvironment(job: Job): string[] {
  const { memory } = job.resources;
  const heap = memory === undefined ? [] : [`--max-old-space-size=${heapMegabytes(memory)}`];
  const nodeOptions = [job.env.NODE_OPTIONS, ...heap].filter(Boolean).join(' ');
  const variables = {
    HOME: '/tmp',
    ...job.env,
    ...runVariables(job),
    ...(nodeOptions === '' ? {} : { NODE_OPTIONS: nodeOptions }),
  };
  return Object.entries(variables).map(([name, value]) => `${name}=${value}`);
}
