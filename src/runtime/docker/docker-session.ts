import type Docker from 'dockerode';
import { createUid } from '../../core/id.ts';
import { ContainerEvents } from './container-events.ts';
import type { ContainerUser } from './render-container.ts';

/** One submitter's connection to a daemon. */
export interface DockerSession {
  readonly docker: Docker;
  readonly id: string;
  readonly user: ContainerUser;
  /** The daemon's word about our containers; asked for anew where it broke. */
  events(): Promise<ContainerEvents>;
  close(): void;
}

/** Nothing is asked of the daemon before it is needed. */
export function createDockerSession(docker: Docker, user: ContainerUser): DockerSession {
  const id = createUid();
  let events: Promise<ContainerEvents> | undefined;
  return {
    docker,
    id,
    user,
    async events() {
      const current = await events?.catch(() => undefined);
      if (current?.isOpen) return current;
      events = ContainerEvents.open(docker, id);
      return events;
    },
    close() {
      void events?.then((open) => open.close()).catch(() => undefined);
    },
  };
}
