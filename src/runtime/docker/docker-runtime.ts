import type Docker from 'dockerode';
import type { Launcher, RunningAttempt } from '../attempt.ts';
import { runtimeClosed } from '../errors.ts';
import type { Job } from '../job.ts';
import type { Runtime } from '../runtime.ts';
import { submitRun } from '../submit-run.ts';
import { callerUser } from './caller-user.ts';
import { checkRequest } from './check-request.ts';
import { ContainerAttempt } from './container-attempt.ts';
import type { ContainerImage } from './container-image.ts';
import { createDockerSession, type DockerSession } from './docker-session.ts';
import { endOrphans } from './end-orphans.ts';
import { containerImageMissing } from './errors.ts';
import { createImageLookup } from './image-lookup.ts';

export interface DockerRuntimeOptions {
  /** Opens the connection to the daemon; called once, on first use. */
  readonly connect: () => Promise<Docker>;
  /** Where the address of the daemon was read. @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Image of jobs that name none. */
  readonly image?: string;
  /** Hears of images that are pulled, a line at a time. */
  readonly onProgress?: (line: string) => void;
}

/**
 * Runs user code in a container for each attempt, on a Docker daemon that sees this machine's files. The image is looked up before
 * anything starts; which one it was is recorded by digest.
 */
export function createDockerRuntime(options: DockerRuntimeOptions): Runtime {
  const running = new Set<RunningAttempt>();
  let connection: Promise<Connection> | undefined;
  let tidied: Promise<unknown> | undefined;
  let closed = false;
  const connect = (): Promise<Connection> => {
    connection ??= openConnection(options);
    return connection;
  };
  const imageOf = async (job: Job): Promise<ContainerImage> =>
    (await connect()).findImage(requireImage(job, options.image));
  return {
    name: 'docker',
    capabilities,
    prepare: async (job) => {
      const { session } = await connect();
      await checkRequest(session.docker, job);
      return withImage(job, await imageOf(job));
    },
    async submit(job, submitOptions) {
      if (closed) throw runtimeClosed('the docker runtime is closed', { hint: 'open the workspace again' });
      const image = await imageOf(job);
      const { session } = await connect();
      // beside the run; a store's own orphans can only be told by who uses it next
      tidied ??= endOrphans(session.docker, job.storeDirectory).catch(() => undefined);
      const launcher = createLauncher(session, image, running);
      return submitRun(launcher, withImage(job, image), submitOptions);
    },
    async close() {
      closed = true;
      const attempts = [...running];
      for (const attempt of attempts) attempt.stop({ cause: 'abort', reason: 'its runtime was closed' });
      await Promise.all(attempts.map((attempt) => attempt.report));
      await tidied;
      await connection?.then(({ session }) => session.close()).catch(() => undefined);
    },
  };
}

interface Connection {
  readonly session: DockerSession;
  readonly findImage: (reference: string) => Promise<ContainerImage>;
}

async function openConnection(options: DockerRuntimeOptions): Promise<Connection> {
  const { connect, env = process.env, onProgress } = options;
  const docker = await connect();
  return {
    session: createDockerSession(docker, callerUser(env)),
    findImage: createImageLookup(docker, { env, ...(onProgress === undefined ? {} : { onProgress }) }),
  };
}

function requireImage({ name, image }: Job, fallback: string | undefined): string {
  const reference = image ?? fallback;
  if (reference !== undefined) return reference;
  throw containerImageMissing(`run "${name}" names no image to run in`, {
    hint: 'name one (`image`), or run it through the project, which builds it',
  });
}

/** Who built the image knows its manifest; the daemon does not, of what was never in a registry. */
const withImage = (job: Job, { digest }: ContainerImage): Job => ({
  ...job,
  function: { ...job.function, image: job.function.image ?? digest },
});

const capabilities = {
  isolated: true,
  canLimitMemory: true,
  canLimitCpus: true,
  needsImage: true,
  remote: false,
} as const;

function createLauncher(
  session: DockerSession,
  image: ContainerImage,
  running: Set<RunningAttempt>,
): Launcher {
  return {
    name: 'docker',
    capabilities,
    launch(options) {
      const attempt = new ContainerAttempt(session, image, options);
      running.add(attempt);
      void attempt.report.then(() => running.delete(attempt));
      return attempt;
    },
    close: async () => undefined,
  };
}
