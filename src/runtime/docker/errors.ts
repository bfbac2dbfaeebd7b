import { defineError, type ErrorFactory } from '../../core/error.ts';

export const containerImageMissing: ErrorFactory = defineError(
  'CONTAINER_IMAGE_MISSING',
  'not-found',
  'The Docker daemon neither has the image of a run nor can pull it.',
);
export const containerPlatformWrong: ErrorFactory = defineError(
  'CONTAINER_PLATFORM_WRONG',
  'usage',
  'The image of a run is made for another processor than the Docker daemon has.',
);
export const containerProgramMissing: ErrorFactory = defineError(
  'CONTAINER_PROGRAM_MISSING',
  'usage',
  'The image of a run does not contain the program that its container starts with.',
);
export const containerMountMissing: ErrorFactory = defineError(
  'CONTAINER_MOUNT_MISSING',
  'usage',
  'A folder that a run needs is not there, or the Docker daemon cannot see it.',
);
export const containerNameTaken: ErrorFactory = defineError(
  'CONTAINER_NAME_TAKEN',
  'conflict',
  'Another container has the name that the container of a run is to have.',
);
export const containerGpuMissing: ErrorFactory = defineError(
  'CONTAINER_GPU_MISSING',
  'usage',
  'A run asks for graphics processors that its Docker daemon cannot give.',
);
export const containerRefused: ErrorFactory = defineError(
  'CONTAINER_REFUSED',
  'usage',
  'The Docker daemon refuses a container with these limits or settings.',
);
export const containerNetworkMissing: ErrorFactory = defineError(
  'CONTAINER_NETWORK_MISSING',
  'not-found',
  'A run names a network that its Docker daemon does not know.',
);
export const dockerStopped: ErrorFactory = defineError(
  'DOCKER_STOPPED',
  'unavailable',
  'The Docker daemon stopped, or could not be reached any more, while the container of a run was going.',
);
