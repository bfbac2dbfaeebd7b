import { usageError } from '../errors.ts';

const units: Readonly<Record<string, number>> = {
  '': 1,
  k: 1000,
  m: 1000 ** 2,
  g: 1000 ** 3,
  t: 1000 ** 4,
  ki: 1024,
  mi: 1024 ** 2,
  gi: 1024 ** 3,
  ti: 1024 ** 4,
};

/** Bytes of `512Mi`, `2G`, `1.5Gi`, `64MB`, or of a plain number. */
export function parseBytes(text: string, label: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]i?)?b?$/i.exec(text.trim());
  const unit = units[(match?.[2] ?? '').toLowerCase()];
  if (!match || unit === undefined)
    throw usageError(`${label} "${text}" is not a size`, { hint: 'write it as 512Mi, 2Gi, 500M or bytes' });
  return Math.round(Number(match[1]) * unit);
}
