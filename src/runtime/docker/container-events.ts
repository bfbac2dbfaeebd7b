import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { monotonicMs } from '../monotonic.ts';
import { labels } from './render-container.ts';

/** How a container ended, as far as anybody can tell. */
export interface ContainerEnd {
  /** Absent when the container is gone and its daemon does not know any more. */
  readonly exitCode?: number;
  /** The kernel killed a process of it for its memory. */
  readonly outOfMemory: boolean;
  /** The daemon cannot be reached any more: whether the container still runs is not known. */
  readonly unreachable?: boolean;
}

interface Watched {
  readonly settle: (end: ContainerEnd) => void;
  outOfMemory: boolean;
}

type EventStream = Readable & { readonly socket?: { ref(): void; unref(): void } };

interface EventMessage {
  readonly Action?: string;
  readonly id?: string;
  readonly Actor?: { readonly ID?: string; readonly Attributes?: Readonly<Record<string, string>> };
}

/** How long a daemon that has gone may take to come back, as it does when it is restarted. */
const patienceMs = 15_000;
const retryMs = 100;

/**
 * What happens to the containers of one submitter: one connection tells the ends of all, so that none has to be asked about. When
 * the connection breaks, each is looked at, and so nothing that ended meanwhile is missed.
 */
export class ContainerEvents {
  readonly #docker: Docker;
  readonly #session: string;
  readonly #watched = new Map<string, Watched>();
  #stream: EventStream | undefined;
  #closed = false;

  private constructor(docker: Docker, session: string) {
    this.#docker = docker;
    this.#session = session;
  }

  /** Resolves when the daemon has begun to tell. */
  static async open(docker: Docker, session: string): Promise<ContainerEvents> {
    const events = new ContainerEvents(docker, session);
    await events.#listen();
    return events;
  }

  /** Whether the daemon still tells. */
  get isOpen(): boolean {
    return this.#stream !== undefined && !this.#stream.destroyed;
  }

  /** Resolves when the container has ended. To be called before it is started. */
  ended(id: string): Promise<ContainerEnd> {
    return new Promise((resolve) => {
      this.#stream?.socket?.ref();
      this.#watched.set(id, {
        outOfMemory: false,
        settle: (end) => {
          if (!this.#watched.delete(id)) return;
          if (this.#watched.size === 0) this.#stream?.socket?.unref();
          resolve(end);
        },
      });
    });
  }

  /** Looks at a container whose end should have been told by now. */
  async look(id: string): Promise<void> {
    const watched = this.#watched.get(id);
    if (!watched) return;
    const { outOfMemory } = watched;
    try {
      const { State: state } = await this.#docker.getContainer(id).inspect();
      if (state.Status === 'exited' || state.Status === 'dead')
        watched.settle({ exitCode: state.ExitCode, outOfMemory: outOfMemory || state.OOMKilled });
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode !== 404) throw error;
      watched.settle({ outOfMemory });
    }
  }

  close(): void {
    this.#closed = true;
    this.#stream?.destroy();
  }

  async #listen(): Promise<void> {
    const stream = (await this.#docker.getEvents({
      filters: { type: ['container'], event: ['die', 'oom'], label: [`${labels.session}=${this.#session}`] },
    })) as unknown as EventStream;
    this.#stream = stream;
    if (this.#watched.size === 0) stream.socket?.unref();
    let rest = '';
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.trim() !== '') this.#take(JSON.parse(line) as EventMessage);
    });
    stream.once('close', () => void this.#recover());
    // a connection that breaks closes as well
    stream.on('error', () => undefined);
  }

  #take({ Action: action, id, Actor: actor }: EventMessage): void {
    const watched = this.#watched.get(id ?? actor?.ID ?? '');
    if (!watched) return;
    if (action === 'oom') watched.outOfMemory = true;
    else
      watched.settle({
        exitCode: Number(actor?.Attributes?.exitCode ?? -1),
        outOfMemory: watched.outOfMemory,
      });
  }

  /** The daemon was stopped or restarted, or the connection broke. */
  async #recover(): Promise<void> {
    const until = monotonicMs() + patienceMs;
    while (!this.#closed) {
      try {
        await this.#listen();
        await Promise.all([...this.#watched.keys()].map((id) => this.look(id)));
        return;
      } catch {
        if (this.#watched.size === 0 || monotonicMs() > until) break;
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    }
    for (const { settle, outOfMemory } of [...this.#watched.values()])
      settle({ outOfMemory, unreachable: true });
  }
}
