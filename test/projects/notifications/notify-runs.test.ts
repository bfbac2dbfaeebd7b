import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import type { NotificationEntry } from '../../../src/projects/notifications/notification-entry.ts';
import { retryNotifications } from '../../../src/projects/notifications/run-notifications.ts';
import { openWorkspace } from '../../../src/projects/open-workspace.ts';
import { resolveFunction } from '../../../src/projects/resolve-function.ts';
import { startFunction } from '../../../src/projects/run-function.ts';
import type { RunRecord } from '../../../src/tracking/run.ts';
import { folderWith } from '../support.ts';
import { startReceiver } from './receiver.ts';

const source = `export async function work(ctx, { fails = false, score = 1 }: { fails?: boolean; score?: number }) {
  if (fails) throw new Error('it broke');
  return { score };
}\n`;

const env = { HOOK: 'very-secret-path', TOKEN: 'bearer-secret' };

/** Runs the function with these notifications; gives the record, as the caller gets it. */
async function run(
  directory: string,
  notifications: readonly NotificationEntry[],
  params: Readonly<Record<string, unknown>> = {},
): Promise<RunRecord> {
  const workspace = await openWorkspace({ directory, env });
  try {
    const packaged = await resolveFunction(workspace, 'work.ts');
    const started = await startFunction(workspace, packaged, { notifications, params, runtime: 'process' });
    return await started.wait();
  } finally {
    await workspace.close();
  }
}

const project = (more = ''): string =>
  folderWith({ 'work.ts': source, 'project.yaml': `name: demo\n${more}` });

const storeHas = (directory: string, text: string): boolean => {
  try {
    execFileSync('grep', ['-rqF', text, path.join(directory, '.slipway')]);
    return true;
  } catch {
    return false;
  }
};

describe('a notification about a run', () => {
  it('is posted as JSON of the published form, and its delivery is in the record', async () => {
    const { url, received } = await startReceiver();
    const directory = project();
    const hook = {
      kind: 'webhook',
      url: `${url}/a/\${secret.HOOK}`,
      secret: 'TOKEN',
      message: '${name}: ${results.score} ${results.none}|',
    } as const;
    const record = await run(directory, [hook], { score: 7 });
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({
      path: '/a/very-secret-path',
      headers: {
        authorization: 'Bearer bearer-secret',
        'idempotency-key': `${record.uid}/webhook/completed`,
      },
      body: {
        notification: 'webhook',
        state: 'completed',
        message: 'work: 7 |',
        run: { uid: record.uid, results: { score: 7 } },
      },
    });
    const schema = JSON.parse(readFileSync('docs/schema/notification.json', 'utf8')) as object;
    const isValid = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
    expect([isValid(received[0]?.body), isValid.errors]).toEqual([true, null]);
    expect(record.notifications).toMatchObject([
      { name: 'webhook', on: 'completed', state: 'sent', attempts: 1 },
    ]);
    for (const secret of Object.values(env)) expect(storeHas(directory, secret)).toBe(false);
  });

  it('is sent only for the states and the runs that it asks for', async () => {
    const { url, received } = await startReceiver();
    const directory = project();
    const notifications: readonly NotificationEntry[] = [
      { name: 'failures', kind: 'webhook', url, when: ['error'] },
      { name: 'poor', kind: 'webhook', url, condition: 'results.score < 0.5' },
      { name: 'start', kind: 'webhook', url, when: ['running'] },
    ];
    const good = await run(directory, notifications, { score: 1 });
    expect(good.notifications?.map(({ name, on, state }) => [name, on, state]).sort()).toEqual([
      ['poor', 'completed', 'skipped'],
      ['start', 'running', 'sent'],
    ]);
    await run(directory, notifications, { fails: true });
    await run(directory, notifications, { score: 0.1 });
    expect(received.map(({ body }) => `${body.notification} ${body.state}`).sort()).toEqual([
      'failures error',
      'poor completed',
      'start running',
      'start running',
      'start running',
    ]);
    const failure = received.find(({ body }) => body.notification === 'failures');
    expect(failure?.body.run.error).toMatchObject({ message: expect.stringContaining('it broke') });
  });

  it('is tried again after 429, 5xx and lost connections, not before it is asked to be', async () => {
    const { url, received } = await startReceiver([
      { status: 503 },
      { status: 429, headers: { 'retry-after': '1' } },
    ]);
    const began = performance.now();
    const record = await run(project(), [{ kind: 'webhook', url }]);
    expect(record.notifications).toMatchObject([{ state: 'sent', attempts: 3 }]);
    expect(received).toHaveLength(3);
    expect(performance.now() - began).toBeGreaterThan(1500);
    expect(new Set(received.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });

  it('that is refused is not tried again, changes nothing about the run, and names the host alone', async () => {
    const { url, received } = await startReceiver([{ status: 403, body: 'no very-secret-path here' }]);
    const directory = project();
    const record = await run(directory, [{ kind: 'slack', url: `${url}/services/\${secret.HOOK}` }]);
    expect(record.state).toBe('completed');
    expect(received).toHaveLength(1);
    const [delivery] = record.notifications ?? [];
    expect(delivery).toMatchObject({ state: 'failed', attempts: 1, error: { code: 'NOTIFICATION_REFUSED' } });
    expect(delivery?.error?.message).toBe(`"${new URL(url).host}" answered 403: no *** here`);
    expect(storeHas(directory, 'very-secret-path')).toBe(false);
  });

  it('never follows to another host, and keeps its body where it follows', async () => {
    const other = await startReceiver();
    const elsewhere = other.url.replace('127.0.0.1', 'localhost');
    const { url, received } = await startReceiver([
      { status: 307, headers: { location: '/moved' } },
      { status: 200 },
      { status: 308, headers: { location: elsewhere } },
      { status: 302, headers: { location: '/lost' } },
    ]);
    const directory = project();
    expect((await run(directory, [{ kind: 'webhook', url }])).notifications).toMatchObject([
      { state: 'sent' },
    ]);
    expect(received.map((one) => one.path)).toEqual(['/', '/moved']);
    for (const _ of ['another host', 'a redirect that loses the body'])
      expect((await run(directory, [{ kind: 'webhook', url }])).notifications).toMatchObject([
        { state: 'failed' },
      ]);
    expect(other.received).toEqual([]);
  });

  it('to Slack is a message of blocks in which text of the run mentions nobody', async () => {
    const { url, received } = await startReceiver();
    const slack = { kind: 'slack', url: `${url}/\${secret.HOOK}`, message: '<!channel> & ${state}' } as const;
    await run(project(), [slack]);
    expect(received[0]?.body).toMatchObject({
      blocks: [
        { type: 'header', text: { type: 'plain_text', text: '✓ work completed' } },
        { type: 'section', text: { type: 'mrkdwn', text: '&lt;!channel&gt; &amp; completed' } },
        { type: 'context' },
      ],
    });
  });

  it('that could not be sent is sent by the next process, once', async () => {
    const { url, received } = await startReceiver([503, 503, 503, 503].map((status) => ({ status })));
    const directory = project();
    const record = await run(directory, [{ kind: 'webhook', url }]);
    expect(record.notifications).toMatchObject([
      { state: 'pending', attempts: 4, error: { code: 'NOTIFICATION_UNDELIVERED' } },
    ]);
    const workspaces = await Promise.all([1, 2, 3].map(() => openWorkspace({ directory, env })));
    const told = await Promise.all(
      workspaces.map((workspace) => retryNotifications(workspace, { all: false })),
    );
    expect(told.flat()).toMatchObject([{ uid: record.uid, delivery: { state: 'sent', attempts: 5 } }]);
    expect(received).toHaveLength(5);
    expect((await workspaces[0]?.store.getRun(record.uid))?.notifications).toMatchObject([{ state: 'sent' }]);
    for (const workspace of workspaces) await workspace.close();
  });

  it.each([
    [{ kind: 'webhook', url: 'http://example.org/x' }, 'would be sent unencrypted'],
    [{ kind: 'webhook', url: 'https://u:p@example.org/x' }, 'has a user or password in it'],
    [{ kind: 'webhook', url: 'https://example.org/x?token=abc' }, 'has what looks like a secret in it'],
    [
      { kind: 'webhook', url: 'https://example.org', headers: { 'X-Api-Key': 'abc' } },
      'has a secret in "X-Api-Key"',
    ],
    [{ kind: 'slack', url: 'https://hooks.slack.com/services/T/B/x' }, 'is a secret'],
    [{ kind: 'slack' }, 'needs to know where to'],
    [{ kind: 'slak' }, 'cannot be "slak"'],
    [{ kind: 'mail', to: 'a', from: 'b@c.d', smtp: { host: 'localhost' } }, 'which is no address'],
    [
      { kind: 'mail', to: 'a@b.c', from: 'b@c.d', smtp: { host: 'mail.example.org', security: 'none' } },
      'would send unencrypted',
    ],
    [{ kind: 'console', condition: 'metric.a > 1' }, 'there is no field "metric.a"'],
    [{ kind: 'console', message: '${result.a}' }, 'did you mean "results"'],
    [{ kind: 'console', url: 'x' }, 'unknown key "url"'],
    [{ kind: 'webhook', url: 'https://example.org', secret: 'NOT_SET' }, 'secret "NOT_SET"'],
  ])('is refused before anything starts: %j', async (entry, message) => {
    const directory = project();
    await expect(run(directory, [entry as unknown as NotificationEntry])).rejects.toThrow(message);
    const workspace = await openWorkspace({ directory, env });
    expect((await workspace.store.searchRuns({})).runs).toEqual([]);
    await workspace.close();
  });

  it('of project.yaml is refused with its place', async () => {
    const open = (more: string) => openWorkspace({ directory: project(more), env });
    await expect(
      open("notifications:\n  - { name: a, kind: slack, url: 'https://hooks.slack.com/services/x' }\n"),
    ).rejects.toThrow(/project.yaml:3:34: "notifications\[0\].url" is a secret/);
    await expect(open('notifications: [{ kind: console }]\n')).rejects.toThrow('has no "name"');
  });
});
