// Handlers that the runtime contract suite executes; copied into a bundle.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

let calls = 0;

export async function everything(ctx, { depth, label }) {
  console.log('hello from the handler');
  console.error('and from stderr');
  ctx.logger.info('structured', { depth, text: 'two words' });
  ctx.logResult('depth', depth);
  ctx.logMetric('loss', 1, { step: 1 });
  ctx.logMetric('loss', 0.5, { step: 2 });
  ctx.logMetric('loss', Number.NaN, { step: 3, context: { subset: 'validation' } });
  ctx.setLabel('team', 'a');
  ctx.commit('half way');
  void ctx.logArtifact('notes', 'text that the handler does not wait for', { name: 'notes.txt' });
  return { label, accuracy: Promise.resolve(0.9), random: ctx.random() };
}

export const falsy = () => ({ zero: 0, no: false, empty: '', nothing: null, nan: Number.NaN, big: 2n ** 60n, absent: undefined });
export const bare = () => 0;
export const list = () => [1, 2, 3];
export const nothing = () => undefined;

export function failing() {
  throw new Error('the data is wrong');
}

export async function rejecting() {
  throw 'a bare string';
}

export async function failingAfterSave(ctx) {
  void ctx.logArtifact('kept', 'saved before the failure', { name: 'kept.txt' });
  throw new Error('too late');
}

export function exiting(_ctx, { code }) {
  process.exit(code);
}

export function exitingInCallback() {
  setTimeout(() => process.exit(0), 5);
  return new Promise(() => {});
}

export function killingItself() {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => {});
}

export function stalled() {
  return new Promise(() => {});
}

export function busy(_ctx, { ms }) {
  const until = Date.now() + ms;
  while (Date.now() < until);
  return { done: true };
}

export async function sleeping(_ctx, { ms }) {
  await delay(ms);
  return { slept: ms };
}

export function endless(ctx) {
  ctx.logMetric('endless', 1);
  for (;;);
}

export function endlessWithChild(ctx) {
  const { pid } = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
  ctx.logMetric('child', pid);
  for (;;);
}

export async function cooperative(ctx, { file }) {
  ctx.logMetric('started', 1);
  await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve, { once: true }));
  ctx.logResult('partial', 3);
  if (file) writeFileSync(file, 'cleaned up');
}

export async function stubborn(ctx) {
  void ctx.signal;
  process.on('SIGTERM', () => {});
  ctx.logMetric('started', 1);
  for (;;) await delay(10);
}

/** Starts a process that starts another, both deaf to SIGTERM, and waits. */
export async function withGrandchildren(ctx, { detached }) {
  const inner = `process.on('SIGTERM',()=>{});console.log('inner '+process.pid);setInterval(()=>{},1000)`;
  const outer = `process.on('SIGTERM',()=>{});console.log('outer '+process.pid);require('child_process').spawn(process.execPath,['-e',${JSON.stringify(inner)}],{stdio:'inherit',detached:${detached === true}});setInterval(()=>{},1000)`;
  spawn(process.execPath, ['-e', outer], { stdio: 'inherit' });
  ctx.logMetric('started', 1);
  await new Promise(() => setInterval(() => {}, 1000));
}

export function leavingGrandchild() {
  const code = `process.on('SIGTERM',()=>{});console.log('left '+process.pid);setInterval(()=>{},1000)`;
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve) =>
    child.stdout.once('data', (data) => resolve({ pid: Number(/\d+/.exec(String(data))[0]) })),
  );
}

/** Fails until it has been called as often as asked, counting in a file. */
export async function flaky(ctx, { failures, code }) {
  if (ctx.attempt <= failures) throw Object.assign(new Error(`attempt ${ctx.attempt} fails`), { code });
  return { attempt: ctx.attempt };
}

export function flooding(_ctx, { lines, text }) {
  for (let i = 1; i <= lines; i++) console.log(`${text} ${i}`);
  console.error('done');
}

export function leaking(ctx) {
  const token = ctx.secret('TOKEN');
  console.log(`the token is ${token}`);
  process.stdout.write(token.slice(0, 5));
  process.stdout.write(`${token.slice(5)}\n`);
  console.error(JSON.stringify({ token }), Buffer.from(token).toString('base64'));
  ctx.logger.warn('token', { token });
  ctx.logResult('token', { nested: [token], [token]: 1 });
  ctx.setLabel('token', token);
  ctx.commit(`commit ${token}`);
  throw new Error(`failed with ${token}`);
}

export const otherSecret = (ctx) => ctx.secret('TOKEN');

export function hungry() {
  const held = [];
  for (;;) held.push(Array.from({ length: 1e5 }, (_, i) => ({ i })));
}

export async function hungryOutsideHeap() {
  const held = [];
  for (;;) {
    held.push(Buffer.alloc(8 * 2 ** 20, 1));
    await delay(2);
  }
}

export async function strayRejection(ctx) {
  ctx.logResult('before', 1);
  Promise.reject(new Error('nobody catches this'));
  await delay(5000);
  return { after: 1 };
}

export async function strayException() {
  setTimeout(() => {
    throw new Error('thrown from a timer');
  }, 1);
  await delay(5000);
}

export const counting = () => ({ calls: ++calls, pid: process.pid });

export function environment(_ctx, { set }) {
  const seen = { given: process.env.GIVEN ?? null, leaked: process.env.LEAKED ?? null, cwd: process.cwd(), listeners: process.listenerCount('exit') };
  if (set) {
    process.env.LEAKED = 'yes';
    process.on('exit', () => {});
  }
  return seen;
}

export function leavingTimer() {
  setInterval(() => {}, 1000);
  return { pid: process.pid };
}

export async function logging(ctx) {
  for (let i = 0; i < 3; i++) {
    console.log(`line ${i}`);
    ctx.logMetric('i', i);
    await delay(20);
  }
  await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve, { once: true }));
}

export async function lateCall(ctx) {
  globalThis.lateCall = () => ctx.logMetric('late', 1);
}

export function children(ctx, { count }) {
  for (let i = 1; i <= count; i++) {
    const child = ctx.child({ i });
    child.logResult('score', -Math.abs(i - 3));
    void child.logArtifact('file', `trial ${i}`, { name: 'file.txt' });
    if (i === 2) child.fail(new Error('second fails'));
    else child.complete();
  }
}

export function badKey(ctx) {
  ctx.logMetric('bad\nkey', 1);
}

export function cyclic() {
  const loop = {};
  loop.self = loop;
  return { loop };
}

export async function returning(ctx, { table }) {
  const logged = await ctx.logArtifact('logged', 'content', { name: 'a.txt' });
  return { logged, renamed: logged, data: [{ a: 1 }, { a: 2 }], report: '<html><body>hi</body></html>', text: 'file content', score: 1 };
}

export const reading = async (_ctx, { data }) => ({ text: await data.text(), url: data.url });

export function loadApi() {
  return { has: Boolean(globalThis[Symbol.for('slipway')].get('api')) };
}

export function busyAfterStart(ctx, { ms }) {
  ctx.logMetric('started', 1);
  return busy(ctx, { ms });
}
