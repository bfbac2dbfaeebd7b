import { existsSync } from 'node:fs';
import { isSlipwayError } from '../../core/error.ts';
import { diskFull } from '../../core/errors.ts';
import { runNotStarted } from '../errors.ts';
import type { Job } from '../job.ts';
import type { ContainerImage } from './container-image.ts';
import {
  containerGpuMissing,
  containerImageMissing,
  containerMountMissing,
  containerNetworkMissing,
  containerPlatformWrong,
  containerProgramMissing,
  containerRefused,
} from './errors.ts';
import { networkOf } from './network-need.ts';

interface Refusal extends WrongImage {
  /** What the daemon said. */
  readonly text: string;
}

/** A run, and the image that it cannot start in. */
interface WrongImage {
  readonly job: Job;
  readonly image: ContainerImage;
  readonly cause?: unknown;
}

type Explanation = readonly [pattern: RegExp, explain: (refusal: Refusal, match: RegExpExecArray) => Error];

/** By what the daemon and its runtime say; their texts are all there is to tell these apart. */
const explanations: readonly Explanation[] = [
  [/no space left on device/i, explainDisk],
  [/bind source path does not exist: (.+)/i, explainMount],
  [/exec format error/i, (refusal) => platformWrong(refusal)],
  [/executable file not found|no such file or directory.*unknown/i, (refusal) => programMissing(refusal)],
  [/no such image/i, explainImage],
  [/could not select device driver|nvidia|no devices? found/i, explainGpu],
  [/network \S+ not found|no such (network|container)|invalid network mode/i, explainNetwork],
  [/memory|range of cpus|cpus|pids|shm/i, explainLimit],
];

/** Why a container could not be created or started, in terms of the run. Errors that are explained already stay as they are. */
export function explainRefusal(error: unknown, job: Job, image: ContainerImage): Error {
  if (isSlipwayError(error)) return error;
  const refusal = { job, image, text: daemonText(error), cause: error };
  for (const [pattern, explain] of explanations) {
    const match = pattern.exec(refusal.text);
    if (match) return explain(refusal, match);
  }
  return runNotStarted(`the container of run "${job.name}" could not be started: ${refusal.text}`, {
    hint: 'look into the log of the Docker daemon, or try again',
    cause: error,
  });
}

/** What the daemon says, without what the client puts around it. */
export function daemonText(error: unknown): string {
  const { json, reason, message } = error as {
    json?: { message?: unknown } | null;
    reason?: string;
    message?: string;
  };
  const text = typeof json?.message === 'string' ? json.message : (message ?? reason ?? String(error));
  return text.trim();
}

function explainDisk({ job, cause }: Refusal): Error {
  return diskFull(
    `the container of run "${job.name}" could not be started: the Docker daemon's disk is full`,
    {
      hint: 'make room, e.g. with `docker system prune`',
      cause,
    },
  );
}

function explainMount({ job, cause }: Refusal, match: RegExpExecArray): Error {
  const file = match[1]?.trim() ?? '';
  return existsSync(file)
    ? containerMountMissing(`run "${job.name}" needs "${file}", which its Docker daemon cannot see`, {
        hint: 'the daemon runs on another machine (DOCKER_HOST) or shares only some folders: use a local daemon, or share the folder with it',
        cause,
      })
    : containerMountMissing(`run "${job.name}" needs "${file}", which does not exist`, {
        hint: 'start it from a folder that exists',
        cause,
      });
}

/** The image is for another processor than the daemon's. */
export function platformWrong({ job, image, cause }: WrongImage): Error {
  return containerPlatformWrong(
    `run "${job.name}" cannot start in image "${image.reference}": it is made for ${image.platform}, which the machine of the Docker daemon cannot execute`,
    { hint: "build or pull the image for the daemon's platform", cause },
  );
}

/** The image lacks the program that its container starts with. */
export function programMissing({ job, image, cause }: WrongImage): Error {
  return containerProgramMissing(
    image.hasRunner
      ? `run "${job.name}" cannot start: image "${image.reference}" lacks the program it is to start with`
      : `run "${job.name}" cannot start: image "${image.reference}" has no "node"`,
    {
      hint: 'take an image with Node 20.19 or newer on its PATH, or let Slipway build one: leave the image out, or name it as `base`',
      cause,
    },
  );
}

function explainImage({ job, image, cause }: Refusal): Error {
  return containerImageMissing(
    `image "${image.reference}" of run "${job.name}" has been removed from the Docker daemon`,
    { hint: 'run it again: it is loaded or pulled anew', cause },
  );
}

function explainGpu({ job, cause }: Refusal): Error {
  return containerGpuMissing(
    `run "${job.name}" asks for graphics processors, and its Docker daemon has no way to give any`,
    { hint: 'install the NVIDIA container toolkit where the daemon runs, or leave `gpus` out', cause },
  );
}

function explainNetwork({ job, cause }: Refusal): Error {
  return containerNetworkMissing(
    `run "${job.name}" is to use network "${networkOf(job)}", which its Docker daemon does not know`,
    { hint: 'use none, bridge, host, or a network of `docker network ls`', cause },
  );
}

function explainLimit({ job, text, cause }: Refusal): Error {
  return containerRefused(`the Docker daemon refuses the limits of run "${job.name}": ${text}`, {
    hint: 'change memory, cpus, shm or pids of the run',
    cause,
  });
}
