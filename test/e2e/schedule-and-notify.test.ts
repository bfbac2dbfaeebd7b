import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { SMTPServer } from 'smtp-server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeCertificate } from '../support/make-certificate.ts';
import { createFolder, type Folder, type Json, until } from './slipway.ts';

const work = `
import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
export async function work(ctx, { until = '' }: { until?: string }) {
  if (until !== '') writeFileSync(until + '.begun', '');
  while (until !== '' && !existsSync(until)) await setTimeout(20, undefined, { signal: ctx.signal });
  return { done: true };
}
`;

const main = `
import { codeToFunction, pipeline } from 'slipway';
const work = await codeToFunction({ filename: 'work.ts', handler: 'work' });
export default pipeline('main', (p, { until = '' }: { until?: string }) => {
  work({ until });
  p.onExit(() => work.as('bye')({}));
});
`;

/** A project whose schedule has had a time this minute, which is due at once; the next one is tomorrow. */
function dueProject(options: string, target = 'function: work'): Folder {
  const folder = createFolder({ 'work.ts': work, 'main.ts': main });
  const now = new Date();
  const cron = `${now.getUTCMinutes()} ${now.getUTCHours()} * * *`;
  folder.write(
    'project.yaml',
    `name: demo\nfunctions: [{ name: work, source: work.ts }]\npipelines: [{ name: main, file: main.ts }]\nschedules:\n  - { name: every, ${target}, cron: '${cron}', startingDeadline: 10m, ${options} }\n`,
  );
  const defined = { time: now.getTime() - 120_000, kind: 'defined', cron, timezone: 'UTC' };
  folder.write('.slipway/projects/demo/schedules/every/state.jsonl', `${JSON.stringify(defined)}\n`);
  return folder;
}

describe('slipway schedule start', () => {
  it('starts the run that is due, which goes on to its end when the scheduler is killed', async () => {
    const flag = path.join(createFolder().path, 'go');
    const folder = dueProject(`params: { until: ${flag} }`);
    const scheduler = folder.start(['schedule', 'start']);
    await scheduler.sees('started');
    await until(async () => existsSync(`${flag}.begun`), Boolean);
    const exited = once(scheduler.child, 'exit');
    scheduler.child.kill('SIGKILL');
    // the run still holds the scheduler's stderr
    await exited;
    writeFileSync(flag, '');
    const { data } = await until(
      () => folder.json(['schedule', 'list']),
      (answer) => answer.data[0].last.runState === 'completed',
    );
    expect(data[0].last).toMatchObject({ state: 'started', manual: false });
    const { data: runs } = await folder.json(['get', 'runs', '--label', 'schedule=every']);
    expect(runs).toHaveLength(1);
  });

  it('stops its runs when it is asked to end', async () => {
    const flag = path.join(createFolder().path, 'never');
    const folder = dueProject(`params: { until: ${flag} }`);
    const scheduler = folder.start(['schedule', 'start']);
    await until(async () => existsSync(`${flag}.begun`), Boolean);
    scheduler.child.kill('SIGTERM');
    expect((await scheduler.ended).code).toBe(0);
    const { data } = await folder.json(['schedule', 'show', 'every']);
    expect(data.times[0]).toMatchObject({ state: 'started', runState: 'aborted' });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'lets its runs come to their end when %s reaches all its processes, as from a terminal or a service manager',
    async (signal) => {
      const flag = path.join(createFolder().path, 'never');
      const folder = dueProject(`params: { until: ${flag} }`, 'pipeline: main');
      const scheduler = folder.start(['schedule', 'start'], {}, 'ofItsOwn');
      await until(async () => existsSync(`${flag}.begun`), Boolean);
      process.kill(-(scheduler.child.pid ?? 0), signal);
      expect((await scheduler.ended).code).toBe(0);
      const { data } = await folder.json(['describe', '@last']);
      expect(data).toMatchObject({ kind: 'pipeline', state: 'aborted' });
      const states = data.steps.map(({ id, state }: Json) => [id, state]);
      expect(Object.fromEntries(states)).toEqual({ work: 'aborted', bye: 'completed' });
    },
  );
});

describe('a mail', () => {
  it('is sent over STARTTLS with a password that appears nowhere', async () => {
    const folder = createFolder({ 'work.ts': work });
    const files = makeCertificate(folder.path);
    const mails: string[] = [];
    const logins: string[] = [];
    const server = new SMTPServer({
      key: readFileSync(files.key),
      cert: readFileSync(files.cert),
      onAuth: ({ username = '', password = '' }, session, done) => {
        logins.push(`${username}:${password}:${session.secure}`);
        done(null, { user: username });
      },
      onData: (stream, _session, done) => {
        let text = '';
        stream.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        stream.on('end', () => {
          mails.push(text);
          done();
        });
      },
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
    const { port } = server.server.address() as AddressInfo;
    folder.write(
      'project.yaml',
      `name: demo
notifications:
  - name: owner
    kind: mail
    to: owner@example.org
    from: slipway@example.org
    subject: '\${name} is \${state}'
    smtp: { host: localhost, port: ${port}, user: slipway }
    secret: MAIL_PASSWORD
`,
    );
    const env = { MAIL_PASSWORD: 'correct-horse', NODE_EXTRA_CA_CERTS: files.ca };
    const trusted = await folder.json(['run', 'work.ts'], env);
    expect(trusted.data.notifications).toMatchObject([{ name: 'owner', state: 'sent' }]);
    expect(logins).toEqual(['slipway:correct-horse:true']);
    expect(mails[0]).toContain('Subject: work is completed');
    expect(mails[0]).toContain(trusted.data.uid);
    const untrusted = await folder.json(['run', 'work.ts'], { MAIL_PASSWORD: 'correct-horse' });
    expect(untrusted.code).toBe(0);
    expect(untrusted.data.notifications).toMatchObject([{ state: 'failed' }]);
    expect(untrusted.stderr).toContain('notification "owner" was not sent');
    expect(mails).toHaveLength(1);
    const { stdout } = await folder.slipway(['describe', '@last', '-o', 'json']);
    expect(stdout + untrusted.stderr).not.toContain('correct-horse');
  });
});

describe('a run whose process is killed', () => {
  it('is told of as lost by the next process', async () => {
    const flag = path.join(createFolder().path, 'never');
    const folder = createFolder({
      'work.ts': work,
      'project.yaml':
        "name: demo\nnotifications: [{ name: here, kind: console, message: 'told of ${name}: ${state}' }]\n",
    });
    const killed = folder.start(['run', 'work.ts', '--runtime', 'inline', '-p', `until=${flag}`]);
    await until(async () => existsSync(`${flag}.begun`), Boolean);
    killed.child.kill('SIGKILL');
    await killed.ended;
    const { stderr, code } = await folder.slipway(['run', 'work.ts', '--no-notifications']);
    expect(code).toBe(0);
    expect(stderr).toContain('told of work: lost');
    expect((await folder.slipway(['notify', 'retry'])).stdout).toBe('nothing to send\n');
  });
});
