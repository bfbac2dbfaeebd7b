import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** The built command line, as users start it; SLIPWAY_E2E_CLI names another installation's. */
export const cli: string =
  process.env.SLIPWAY_E2E_CLI ?? fileURLToPath(new URL('../../dist/cli.mjs', import.meta.url));

/** The Node that starts it; SLIPWAY_E2E_NODE names another version's. */
export const node: string = process.env.SLIPWAY_E2E_NODE ?? process.execPath;

export interface Answer {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Folder {
  readonly path: string;
  /** Runs `slipway …` here and waits for its end. */
  slipway(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Answer>;
  /** The same with `-o json`; fails unless stdout is one JSON document. */
  json(
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<Answer & { readonly data: Json }>;
  /** Starts `slipway …` here and lets it run; `ofItsOwn`: as the leader of a process group, as a terminal or a service has it. */
  start(args: readonly string[], env?: Readonly<Record<string, string>>, group?: 'ofItsOwn'): Running;
  write(name: string, content: string): string;
}

/** Parsed JSON as tests look at it. */
// biome-ignore lint/suspicious/noExplicitAny: a test says what it expects
export type Json = any;

export interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  /** Resolves once stdout or stderr holds the text. */
  sees(text: string): Promise<void>;
  readonly ended: Promise<Answer>;
}

/** A new folder with these files, removed after the test; tests that run side by side say which one, by their own `finished`. */
export function createFolder(
  files: Readonly<Record<string, string>> = {},
  finished: (remove: () => void) => void = onTestFinished,
): Folder {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'slipway-e2e-')));
  const children: ChildProcess[] = [];
  finished(() => {
    // of a test that failed they run on, and their runs are found by its next try
    for (const child of children) child.kill('SIGKILL');
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  });
  const write = (name: string, content: string): string => {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  };
  for (const [name, content] of Object.entries(files)) write(name, content);
  const start: Folder['start'] = (args, env, group) => {
    const running = startSlipway(root, args, env, group);
    children.push(running.child);
    return running;
  };
  const slipway: Folder['slipway'] = (args, env) => start(args, env).ended;
  return {
    path: root,
    write,
    start,
    slipway,
    json: async (args, env) => {
      const answer = await slipway([...args, '-o', 'json'], env);
      return { ...answer, data: parseDocument(answer, args) };
    },
  };
}

function parseDocument(answer: Answer, args: readonly string[]): Json {
  try {
    return JSON.parse(answer.stdout);
  } catch {
    throw new Error(
      `slipway ${args.join(' ')} printed no JSON document:\n${answer.stdout}\n${answer.stderr}`,
    );
  }
}

function startSlipway(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  group?: 'ofItsOwn',
): Running {
  const { NO_COLOR: _, FORCE_COLOR: __, CI: ___, ...inherited } = process.env;
  const child = spawn(node, [cli, ...args], {
    cwd,
    env: { ...inherited, XDG_CONFIG_HOME: path.join(cwd, '.config'), ...env },
    detached: group !== undefined,
  });
  child.stdin.end();
  const seen = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      seen[stream] += text;
      for (const check of waiting) check();
    });
  const ended = new Promise<Answer>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...seen }));
  });
  const sees = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (!seen.stdout.includes(text) && !seen.stderr.includes(text)) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
      void ended.then(() => reject(new Error(`ended without "${text}":\n${seen.stdout}\n${seen.stderr}`)));
    });
  return { child, sees, ended };
}

const pauseMs = 100;

/** Asks again until the answer holds, for at most 50 seconds unless told otherwise. */
export async function until<T>(
  ask: () => Promise<T>,
  holds: (answer: T) => boolean,
  patienceMs = 50_000,
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const answer = await ask();
    if (holds(answer)) return answer;
    if (performance.now() > deadline) throw new Error(`never came true: ${JSON.stringify(answer)}`);
    // commands that ask without a pause would take the processor from what they wait for
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** A notebook of code cells, as tslab writes them. */
export function notebook(...cells: readonly string[]): string {
  return JSON.stringify({
    cells: cells.map((source, at) => ({
      cell_type: 'code',
      id: `cell-${at + 1}`,
      execution_count: null,
      metadata: {},
      outputs: [],
      source,
    })),
    metadata: {
      kernelspec: { display_name: 'TypeScript', language: 'typescript', name: 'tslab' },
      language_info: { file_extension: '.ts', name: 'typescript' },
    },
    nbformat: 4,
    nbformat_minor: 5,
  });
}
