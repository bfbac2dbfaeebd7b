import { inspect, types } from 'node:util';
import { isSlipwayError } from '../../core/error.ts';
import type { TextPosition } from './cell-source-map.ts';
import type { CellError } from './kernel-messages.ts';

/** Name under which a cell's code runs, so that stacks tell the cells apart. */
export const cellScript = (cell: number): string => `notebook:cell-${cell}`;

/** The place in the notebook that a place in compiled code stands for. */
export type FindOrigin = (cell: number, line: number, column: number) => TextPosition | undefined;

const cellFrame = /notebook:cell-(\d+):(\d+):(\d+)/;

/** What a thrown value says, with its stack in terms of cells; frames of kernel and packages are left out. */
export function describeThrown(thrown: unknown, find: FindOrigin): CellError {
  if (!isError(thrown))
    return { name: 'Error', message: `${inspect(thrown, { depth: 1 })} was thrown`, frames: [] };
  const places = stackPlaces(String(thrown.stack ?? ''), find);
  const first = places.find((place) => place.cell !== undefined);
  return {
    name: isSlipwayError(thrown) ? thrown.code : thrown.name || 'Error',
    message: thrown.message + causes(thrown),
    ...(first?.cell === undefined ? {} : { cell: first.cell, line: first.line, column: first.column }),
    frames: places.map((place) => place.text),
    ...(isSlipwayError(thrown) ? { code: thrown.code } : {}),
    ...(isSlipwayError(thrown) && thrown.hint !== undefined ? { hint: thrown.hint } : {}),
  };
}

interface StackPlace {
  readonly text: string;
  readonly cell?: number;
  readonly line: number;
  readonly column: number;
}

function stackPlaces(stack: string, find: FindOrigin): readonly StackPlace[] {
  return stack.split('\n').flatMap((frame): StackPlace[] => {
    const match = cellFrame.exec(frame);
    if (!match) return [];
    const [cell = 0, line = 0, column = 0] = match.slice(1).map(Number);
    const origin = find(cell, line, column);
    if (!origin) return [];
    const called = /^\s*at (?:async )?(.+?) \(/.exec(frame)?.[1]?.replace(/^Proxy\./, '');
    const named = called && !called.startsWith('notebook:') ? ` in ${called}` : '';
    return [{ text: `cell ${cell}, line ${origin.line}${named}`, cell, ...origin }];
  });
}

/** A chain of causes may run in a circle. */
function causes(error: Error): string {
  const seen: unknown[] = [error];
  let text = '';
  for (let at: unknown = error.cause; isError(at) && !seen.includes(at) && seen.length < 6; at = at.cause) {
    seen.push(at);
    text += ` (caused by ${at.name}: ${at.message})`;
  }
  return text;
}

/** Also for errors of another realm. */
function isError(value: unknown): value is Error {
  return types.isNativeError(value) || value instanceof Error;
}
