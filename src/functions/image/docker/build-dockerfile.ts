import type Docker from 'dockerode';
import { isSlipwayError } from '../../../core/error.ts';
import { diskFull } from '../../../core/errors.ts';
import { packEntries } from '../archive/pack-entries.ts';
import { daemonMessage } from './daemon-message.ts';
import { dockerBuildFailed } from './errors.ts';
import { followDaemon } from './follow-daemon.ts';

export interface BuildDockerfileOptions {
  readonly tag: string;
  /** The commands in the Dockerfile, for messages. */
  readonly commands: readonly string[];
  readonly onOutput?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** The end of what a build printed is what explains a failure. */
const keptOutput = 2000;

/**
 * Has the daemon build a Dockerfile that needs no files beside it.
 * @returns the id of the image
 * @throws DOCKER_BUILD_FAILED, DISK_FULL
 */
export async function buildDockerfile(
  docker: Docker,
  dockerfile: string,
  options: BuildDockerfileOptions,
): Promise<string> {
  const { tag, onOutput, signal } = options;
  let output = '';
  let id: string | undefined;
  const context = await packEntries([{ name: 'Dockerfile', content: Buffer.from(dockerfile) }]);
  try {
    const progress = await docker.buildImage(context, {
      t: tag,
      rm: true,
      forcerm: true,
      ...(signal === undefined ? {} : { abortSignal: signal }),
    });
    await followDaemon(progress, ({ stream, status, aux }) => {
      const text = stream ?? (status === undefined ? '' : `${status}\n`);
      output = (output + text).slice(-keptOutput);
      if (text !== '') onOutput?.(text);
      id = aux?.ID ?? id;
    });
  } catch (error) {
    throw explain(error, output, options);
  }
  return id ?? (await docker.getImage(tag).inspect()).Id;
}

function explain(error: unknown, output: string, { commands }: BuildDockerfileOptions): unknown {
  if (isSlipwayError(error)) return error;
  const message = daemonMessage(error);
  if (/no space left/i.test(message))
    return diskFull('the commands for the base image cannot run: the disk of the Docker daemon is full', {
      hint: '"docker system prune" frees what is not used',
      cause: error,
    });
  const command = commands.find((each) => message.includes(each.trim())) ?? commands.at(-1) ?? '';
  const code = /non-zero code: (\d+)/.exec(message)?.[1];
  if (/exec format error/i.test(`${message}${output}`))
    return dockerBuildFailed(`the command "${command}" cannot run: the base image is for another processor`, {
      hint: 'build for the platform of the Docker daemon, or let it emulate others (binfmt)',
      cause: error,
    });
  const said = output.trim().split('\n').slice(-12).join('\n');
  return dockerBuildFailed(
    code === undefined
      ? `Docker could not run "${command}" on the base image: ${message}`
      : `the command "${command}" for the base image ended with exit code ${code}`,
    {
      hint: said === '' ? 'try it in a container of the base image' : `it printed last:\n${said}`,
      details: { output },
      cause: error,
    },
  );
}
