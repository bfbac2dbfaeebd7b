import path from 'node:path';
import type { HandlerSpec } from './function-spec.ts';

/** Name of a function that was given none: its only handler's, or its file's, made of allowed characters. */
export function functionName(handlers: readonly HandlerSpec[], file: string): string {
  const [only] = handlers;
  const stem = path.basename(file).replace(/\.[^.]+$/, '');
  const wanted = handlers.length === 1 && only && only.name !== 'default' ? only.name : stem;
  const clean = wanted.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
  return clean.slice(0, 63).replace(/[^A-Za-z0-9]+$/, '') || 'function';
}
