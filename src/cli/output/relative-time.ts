const steps: readonly (readonly [number, string])[] = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'm'],
  [1, 's'],
];

/** `12 s ago`, `3 m ago`, `5 d ago`; a time in the future (a clock that went back) is `just now`; no time is empty. */
export function relativeTime(time: string | undefined, now: number): string {
  if (time === undefined) return '';
  const seconds = Math.floor((now - Date.parse(time)) / 1000);
  for (const [size, unit] of steps) if (seconds >= size) return `${Math.floor(seconds / size)} ${unit} ago`;
  return 'just now';
}
