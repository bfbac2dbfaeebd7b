import { isoTime } from '../core/clock.ts';
import { type Json, toJson } from '../core/json.ts';
import type { Logger } from './context.ts';

/** A logger that gives each line to `write`: time, level, message, then the fields as `key=value` (JSON where it is no plain word). */
export function createLogger(write: (line: string) => void, now: () => number = Date.now): Logger {
  const log =
    (level: string) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}): void =>
      write(renderLine(level, String(message), fields, now()));
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}

function renderLine(
  level: string,
  message: string,
  fields: Readonly<Record<string, unknown>>,
  time: number,
): string {
  const pairs = Object.entries(fields).map(([key, value]) => ` ${key}=${renderField(value)}`);
  return `${isoTime(time)} ${level.padEnd(5)} ${message.replaceAll('\n', '\n  ')}${pairs.join('')}\n`;
}

function renderField(value: unknown): string {
  if (value instanceof Error) return JSON.stringify(value.message);
  const json = safeJson(value);
  return typeof json === 'string' && /^[\w.:/@%+-]+$/.test(json) ? json : JSON.stringify(json);
}

/** A log line must never be what fails a run. */
function safeJson(value: unknown): Json {
  try {
    return toJson(value);
  } catch {
    return String(value);
  }
}
