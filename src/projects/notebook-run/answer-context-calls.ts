import path from 'node:path';
import type { FileContent, LogModelOptions } from '../../data/artifact.ts';
import { createTable } from '../../data/create-table.ts';
import type { Table } from '../../data/table.ts';
import type { ChildContext, Context } from '../../runtime/context.ts';
import type { ArtifactRecord } from '../../tracking/run.ts';
import type { TableCopy } from './context-facts.ts';

/** Carries out what code in a kernel asks of its context. */
export interface ContextCalls {
  answer(values: readonly unknown[]): unknown;
  /** Whether code in the kernel can stop by itself. */
  readonly usesSignal: boolean;
  /** Those that code in the kernel has asked for, by name. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** @param directory folder that relative paths given by the kernel's code start from */
export function createContextCalls(context: Context, directory: string): ContextCalls {
  const targets: (Context | ChildContext)[] = [context];
  const secrets: Record<string, string> = {};
  let usesSignal = false;
  return {
    secrets,
    get usesSignal() {
      return usesSignal;
    },
    answer([target, method, ...values]) {
      if (method === 'useSignal') {
        usesSignal = true;
        // the run's own grace is for those who look at its signal
        return context.signal.aborted;
      }
      const on = targets[Number(target)];
      if (!on) throw new Error(`no context has the number ${String(target)}`);
      if (method === 'child') return openChild(on, targets, values);
      if (method === 'secret') {
        const name = String(values[0]);
        secrets[name] = on.secret(name);
        return secrets[name];
      }
      return carryOut(on, String(method), values, directory);
    },
  };
}

function openChild(on: Context, targets: Context[], [params]: readonly unknown[]): object {
  const child = on.child(params as Readonly<Record<string, unknown>>);
  targets.push(child);
  return {
    target: targets.length - 1,
    uid: child.uid,
    params: child.params,
    iteration: child.iteration,
  };
}

type AnyMethod = (...values: readonly unknown[]) => unknown;

const plainMethods: ReadonlySet<string> = new Set(
  'logResult logResults logMetric logMetrics setLabel commit random complete fail markAsBest'.split(' '),
);

function carryOut(
  on: Context | ChildContext,
  method: string,
  values: readonly unknown[],
  directory: string,
): unknown {
  return plainMethods.has(method)
    ? (on as unknown as Record<string, AnyMethod>)[method]?.(...values)
    : save(on, method, values, directory);
}

async function save(
  on: Context,
  method: string,
  values: readonly unknown[],
  directory: string,
): Promise<ArtifactRecord> {
  const [key, content, options] = values as [string, unknown, never];
  switch (method) {
    case 'logArtifact':
      return (await on.logArtifact(key, absolute(content as FileContent, directory), options)).record;
    case 'logPlot':
      return (await on.logPlot(key, content as string, options)).record;
    case 'logDataset':
      return (await on.logDataset(key, restoreTable(content as TableCopy), options)).record;
    case 'logModel':
      return (await on.logModel(key, restoreModel(content as LogModelOptions, directory))).record;
    default:
      throw new Error(`a context has no method "${method}"`);
  }
}

function absolute(content: FileContent, directory: string): FileContent {
  const isPath = typeof content === 'object' && 'path' in content && typeof content.path === 'string';
  return isPath ? { path: path.resolve(directory, content.path) } : content;
}

function restoreTable({ columns, types }: TableCopy): Table {
  return createTable({ columns }, { types });
}

function restoreModel(options: LogModelOptions, directory: string): LogModelOptions {
  const { trainingSet, files, directory: folder, ...rest } = options;
  return {
    ...rest,
    ...(folder === undefined ? {} : { directory: path.resolve(directory, folder) }),
    ...(files === undefined
      ? {}
      : {
          files: Object.fromEntries(
            Object.entries(files).map(([name, file]) => [name, absolute(file, directory)]),
          ),
        }),
    ...(trainingSet === undefined ? {} : { trainingSet: restoreTable(trainingSet as unknown as TableCopy) }),
  };
}
