import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { createUid } from '../../../src/core/id.ts';
import type { ApiObject } from '../../../src/runtime/kubernetes/api/objects.ts';
import { renderKubeconfig } from './scripted-api.ts';

/** A request that is kept waiting. */
export interface HeldRequest {
  /** Resolves when it has come. */
  readonly arrived: Promise<void>;
  /** Lets it through. */
  release(): void;
}

/** An API server in this process: it keeps Jobs, pods and Secrets and tells who watches them. Pods are what the test makes of them. */
export interface SmallApi {
  readonly kubeconfig: string;
  /** Names of what there is of a kind, e.g. `jobs`. */
  names(kind: string): readonly string[];
  /** Objects of a kind. */
  all(kind: string): readonly ApiObject[];
  /** Creates an object, or changes what it is to. */
  put(kind: string, object: ApiObject): void;
  /** Keeps the next such request waiting. */
  hold(method: string, kind: string): HeldRequest;
  /** Refuses such requests. @param times @default always */
  refuse(method: string, kind: string, status: number, times?: number): void;
  /** From now on no node answers: pods that are deleted stay until they are forgotten by force. */
  loseNodes(): void;
  /** From now on objects of a kind stay that are deleted, as those with finalizers do. */
  holdBack(kind: string): void;
}

interface Change {
  readonly kind: string;
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: ApiObject;
}

interface Watcher {
  readonly kind: string;
  readonly selector: string;
  readonly response: ServerResponse;
}

export async function startSmallApi(): Promise<SmallApi> {
  const api = new Api();
  const server = createServer((request, response) => void api.answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-api-'));
  const kubeconfig = path.join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, JSON.stringify(renderKubeconfig(`http://127.0.0.1:${port}`)));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });
  return {
    kubeconfig,
    names: (kind) => api.all(kind).map(({ metadata }) => metadata?.name ?? ''),
    all: (kind) => api.all(kind),
    put: (kind, object) => api.put(kind, object),
    hold: (method, kind) => api.hold(method, kind),
    refuse: (method, kind, status, times = Number.POSITIVE_INFINITY) =>
      void api.refusals.set(`${method} ${kind}`, { status, times }),
    loseNodes: () => {
      api.isLost = true;
    },
    holdBack: (kind) => void api.heldBack.add(kind),
  };
}

class Api {
  readonly refusals = new Map<string, { readonly status: number; times: number }>();
  readonly heldBack = new Set<string>();
  isLost = false;
  readonly #objects = new Map<string, Map<string, ApiObject>>();
  readonly #changes: Change[] = [];
  readonly #watchers = new Set<Watcher>();
  readonly #held = new Map<string, { readonly arrive: () => void; readonly released: Promise<void> }>();

  all(kind: string): readonly ApiObject[] {
    return [...this.#of(kind).values()];
  }

  put(kind: string, object: ApiObject): ApiObject {
    const name = object.metadata?.name ?? '';
    const known = this.#of(kind).get(name);
    const resourceVersion = String(this.#changes.length + 1);
    const made = { uid: createUid(), creationTimestamp: new Date().toISOString() };
    const metadata = { ...made, ...known?.metadata, ...object.metadata, resourceVersion };
    const stored = { ...known, ...object, metadata };
    this.#of(kind).set(name, stored);
    this.#tell(kind, known ? 'MODIFIED' : 'ADDED', stored);
    return stored;
  }

  hold(method: string, kind: string): HeldRequest {
    const [arrived, arrive] = signal();
    const [released, release] = signal();
    this.#held.set(`${method} ${kind}`, { arrive, released });
    return { arrived, release };
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    const { pathname, searchParams } = new URL(url, 'http://api');
    const [, kind = '', name, part] =
      /\/namespaces\/[^/]+\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(pathname) ?? [];
    let text = '';
    for await (const chunk of request) text += chunk;
    const held = this.#held.get(`${method} ${kind}`);
    this.#held.delete(`${method} ${kind}`);
    held?.arrive();
    await held?.released;
    const refused = kind === '' ? 403 : this.#refusal(`${method} ${kind}`);
    if (refused !== undefined) return void fail(response, refused);
    const body = text === '' ? {} : (JSON.parse(text) as ApiObject & { gracePeriodSeconds?: number });
    const known = this.#of(kind).get(name ?? '');
    if (method === 'GET' && name === undefined) return this.#list(kind, searchParams, response);
    if (method === 'POST') return void reply(response, this.put(kind, body));
    if (known === undefined || part !== undefined) return void fail(response, 404);
    if (method === 'PATCH') return void reply(response, this.put(kind, merged(known, body)));
    if (method === 'DELETE') this.#delete(kind, known, body.gracePeriodSeconds === 0);
    reply(response, known);
  }

  #refusal(request: string): number | undefined {
    const refusal = this.refusals.get(request);
    if (refusal === undefined || refusal.times === 0) return undefined;
    refusal.times -= 1;
    return refusal.status;
  }

  #list(kind: string, query: URLSearchParams, response: ServerResponse): void {
    const selector = query.get('labelSelector') ?? '';
    if (query.get('watch') !== 'true') {
      const items = this.all(kind).filter((object) => isSelected(object, selector));
      reply(response, { metadata: { resourceVersion: String(this.#changes.length) }, items });
      return;
    }
    response.writeHead(200).flushHeaders();
    const watcher = { kind, selector, response };
    const since = Number(query.get('resourceVersion'));
    for (const change of this.#changes) if (change.version > since) send(watcher, change);
    this.#watchers.add(watcher);
    response.on('close', () => this.#watchers.delete(watcher));
  }

  /** As the cluster does: a Job goes once its pods have, and takes its Secret along. */
  #delete(kind: string, object: ApiObject, isForced: boolean): void {
    const deletionTimestamp = new Date().toISOString();
    const going = this.put(kind, { ...object, metadata: { ...object.metadata, deletionTimestamp } });
    if (kind === 'jobs') for (const pod of this.#podsOf(going)) this.#delete('pods', pod, false);
    else if (isForced || !this.isLost) this.#remove(kind, going);
    for (const job of this.all('jobs'))
      if (job.metadata?.deletionTimestamp !== undefined && this.#podsOf(job).length === 0) {
        this.#remove('jobs', job);
        for (const secret of this.all('secrets')) if (isOfRun(secret, job)) this.#remove('secrets', secret);
      }
  }

  #podsOf(job: ApiObject): readonly ApiObject[] {
    return this.all('pods').filter((pod) => isOfRun(pod, job));
  }

  #remove(kind: string, object: ApiObject): void {
    if (this.heldBack.has(kind)) return;
    this.#of(kind).delete(object.metadata?.name ?? '');
    this.#tell(kind, 'DELETED', object);
  }

  #tell(kind: string, type: Change['type'], object: ApiObject): void {
    const change = { kind, type, object, version: this.#changes.length + 1 };
    this.#changes.push(change);
    for (const watcher of this.#watchers) send(watcher, change);
  }

  #of(kind: string): Map<string, ApiObject> {
    const known = this.#objects.get(kind) ?? new Map<string, ApiObject>();
    this.#objects.set(kind, known);
    return known;
  }
}

function send({ kind, selector, response }: Watcher, change: Change): void {
  if (change.kind !== kind || !isSelected(change.object, selector)) return;
  response.write(`${JSON.stringify({ type: change.type, object: change.object })}\n`);
}

function isSelected({ metadata }: ApiObject, selector: string): boolean {
  const wanted = selector.split(',').filter(Boolean);
  return wanted.every((term) => metadata?.labels?.[term.split('=')[0] ?? ''] === term.split('=')[1]);
}

function isOfRun(one: ApiObject, other: ApiObject): boolean {
  return one.metadata?.labels?.['slipway.run'] === other.metadata?.labels?.['slipway.run'];
}

function merged<Value extends object>(known: Value, change: object): Value {
  const entries = Object.entries(change).map(([key, value]: [string, unknown]) => {
    const before = (known as Record<string, unknown>)[key];
    const isNested =
      typeof value === 'object' && value !== null && typeof before === 'object' && before !== null;
    return [key, isNested ? merged(before, value) : value];
  });
  return { ...known, ...Object.fromEntries(entries) };
}

function reply(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function fail(response: ServerResponse, code: number): void {
  response
    .writeHead(code)
    .end(JSON.stringify({ kind: 'Status', code, message: `the test refuses with ${code}` }));
}

/** A promise, and what resolves it. */
function signal(): readonly [Promise<void>, () => void] {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return [promise, () => resolve()];
}
