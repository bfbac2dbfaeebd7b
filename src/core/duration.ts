import { invalidDuration } from './errors.ts';

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `500ms`, `30s`, `5m`, `2h`, `1d`, or of a plain number of seconds. */
export function parseDuration(text: string | number): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(String(text).trim());
  const unit = units[match?.[2] ?? 's'];
  if (!match || unit === undefined)
    throw invalidDuration(`duration "${text}" cannot be read`, {
      hint: 'write it as 500ms, 30s, 5m, 2h or 1d',
    });
  return Number(match[1]) * unit;
}

/** Short text for people: `4 ms`, `0.4 s`, `12 s`, `3 m 05 s`, `2 h 10 m`. What took any time at all took a millisecond. */
export function renderDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0 s';
  if (milliseconds > 0 && milliseconds < 9.5) return `${Math.max(1, Math.round(milliseconds))} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(seconds < 0.0995 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} m`;
}
