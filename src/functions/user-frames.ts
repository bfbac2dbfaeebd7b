import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { SourceLocation } from '../core/error.ts';
import { packageRoot } from '../core/package-root.ts';
import { bundledLine, mapFrame } from './bundle-map.ts';
import { placeOfSource, renderPlace } from './source-place.ts';
import { parseStack, type StackFrame } from './stack-frame.ts';

/** A frame in the user's own source. */
export interface UserFrame {
  readonly name?: string;
  readonly location: SourceLocation;
}

/** The frames of a stack that are the user's: not Node's, not ours, not those of installed packages. */
export function userFrames(stack: string, bundleDirectory?: string): UserFrame[] {
  const frames = parseStack(stack);
  const bundle = bundleDirectory ?? bundleOf(frames);
  return frames
    .map(mapFrame)
    .filter(isUserFrame)
    .map((frame) => ({
      ...(frame.name === undefined ? {} : { name: frame.name }),
      location: locationOf(frame, bundle),
    }));
}

function bundleOf(frames: readonly StackFrame[]): string | undefined {
  const frame = frames.find((each) => path.basename(each.file) === 'main.mjs');
  return frame && path.dirname(frame.file);
}

function isUserFrame({ file }: StackFrame): boolean {
  if (/^(?:notebook|source):/.test(file))
    return !file.includes('node_modules/') && file !== 'source:slipway-entry';
  if (!path.isAbsolute(file) || file.includes(`${path.sep}node_modules${path.sep}`)) return false;
  if (path.basename(file) === 'main.mjs') return false;
  const own = path.relative(packageRoot(), file).split(path.sep);
  return !(own[0] === 'dist' || (own[0] === 'src' && own[2] !== 'catalog'));
}

function locationOf(frame: StackFrame, bundle: string | undefined): SourceLocation {
  const sourceLine = (bundle && bundledLine(bundle, frame.file, frame.line)) ?? lineOnDisk(frame);
  return {
    ...placeOfSource(frame.file),
    line: frame.line,
    column: frame.column,
    ...(sourceLine === undefined ? {} : { sourceLine }),
  };
}

function lineOnDisk({ file, line }: StackFrame): string | undefined {
  if (!path.isAbsolute(file)) return undefined;
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/)[line - 1];
  } catch {
    // shown if it can be had; the error does not depend on it
    return undefined;
  }
}

/** `train (train.ipynb cell 5, line 3)` */
export function renderFrame({ name, location }: UserFrame): string {
  const place = renderPlace(location);
  return name === undefined ? place : `${name} (${place})`;
}
