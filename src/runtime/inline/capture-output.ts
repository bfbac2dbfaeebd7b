import { Console } from 'node:console';
import { Writable } from 'node:stream';
import type { LogChunk } from '../runtime.ts';
import { activeScope, type InlineScope } from './inline-scope.ts';

type Write = (chunk: Uint8Array | string, ...rest: unknown[]) => boolean;

/** What a run writes to stdout and stderr goes to its own log. */
export function hookStreams(): () => void {
  const undo = (['stdout', 'stderr'] as const).map((name) => {
    const stream = process[name];
    const own = Object.getOwnPropertyDescriptor(stream, 'write');
    const original = stream.write as Write;
    const hooked: Write = (chunk, ...rest) => {
      const scope = activeScope();
      return scope ? capture(scope, name, chunk, rest) : original.call(stream, chunk, ...rest);
    };
    stream.write = hooked as typeof stream.write;
    return () => {
      // somebody else (a notebook kernel does so for every cell) may have put a hook of their own over ours
      if (stream.write !== (hooked as typeof stream.write)) return;
      if (own) Object.defineProperty(stream, 'write', own);
      else delete (stream as { write?: unknown }).write;
    };
  });
  return () => {
    for (const restore of undo) restore();
  };
}

function capture(
  scope: InlineScope,
  name: LogChunk['stream'],
  chunk: Uint8Array | string,
  rest: readonly unknown[],
): boolean {
  const encoding = rest.find((item) => typeof item === 'string') as BufferEncoding | undefined;
  scope.output.write(name, typeof chunk === 'string' && encoding ? Buffer.from(chunk, encoding) : chunk);
  const done = rest.find((item) => typeof item === 'function') as (() => void) | undefined;
  if (done) process.nextTick(done);
  return true;
}

/** Consoles do not all write to the process's streams (test runners and kernels replace them), so the console is hooked itself. */
export function hookConsole(): () => void {
  const target = globalThis.console as unknown as Record<string, unknown>;
  const undo = Object.keys(Console.prototype ?? {})
    .concat(Object.keys(target))
    .filter(
      (method, i, all) =>
        all.indexOf(method) === i && typeof target[method] === 'function' && method !== 'Console',
    )
    .map((method) => hookMethod(target, method));
  return () => {
    for (const restore of undo) restore();
  };
}

function hookMethod(target: Record<string, unknown>, method: string): () => void {
  const original = target[method] as (...args: unknown[]) => unknown;
  const hooked = function (this: unknown, ...args: unknown[]): unknown {
    const scope = activeScope();
    const own = scope && (consoleOf(scope) as unknown as Record<string, unknown>)[method];
    return typeof own === 'function' ? own.apply(scope?.console, args) : original.apply(this, args);
  };
  target[method] = hooked;
  return () => {
    if (target[method] === hooked) target[method] = original;
  };
}

/** A console of the run's own, so that groups, counters and timers of runs do not mix. */
function consoleOf(scope: InlineScope): Console {
  scope.console ??= new Console({ stdout: streamOf(scope, 'stdout'), stderr: streamOf(scope, 'stderr') });
  return scope.console;
}

function streamOf(scope: InlineScope, name: LogChunk['stream']): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk: Uint8Array | string, _encoding, done) {
      scope.output.write(name, chunk);
      done();
    },
  });
}
