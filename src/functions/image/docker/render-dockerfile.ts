import { renderImageReference } from '../registry/reference.ts';

export interface DockerfileParts {
  /** What the daemon knows the base by. */
  readonly from: string;
  /** The base as the user named it, with the digest that was found. */
  readonly base: { readonly reference: string; readonly digest: string };
  readonly commands: readonly string[];
  /** Whom containers of the base run as; commands run as root, and what comes after them does not. */
  readonly user?: string | undefined;
}

/**
 * The Dockerfile that runs commands on a base image. Each command is one instruction whatever is in its text. The function's own
 * layers do not appear: they are put on top afterwards, the same as on any other base.
 */
export function renderDockerfile({ from, base, commands, user }: DockerfileParts): string {
  const name = base.reference.replace(/\s+/g, ' ');
  const lines = [
    '# Rendered by Slipway: the commands of a function run on its base image.',
    `# Base: ${name} (${base.digest})`,
    `FROM ${from}`,
    'USER 0',
    ...commands.map(renderCommand),
    ...(user === undefined || user === '' ? [] : [`USER ${user}`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** What a registry's image is called in a `FROM` line: by its digest. */
export function renderFrom(registry: string, repository: string, digest: string): string {
  return renderImageReference({ registry, repository, digest });
}

/** As a line of the shell where that is the same, else in the form that takes any text as it is. */
function renderCommand(command: string): string {
  const text = command.trim();
  // these mean something to Docker: lists, flags, documents, continued lines
  const special = /^\[|^--|<<|[\r\n]|\\$/.test(text);
  return special ? `RUN ${JSON.stringify(['/bin/sh', '-c', command])}` : `RUN ${text}`;
}
