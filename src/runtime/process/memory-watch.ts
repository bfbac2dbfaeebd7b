import { readFileSync } from 'node:fs';

const intervalMs = 50;

/** Calls `onExceeded` once when a process holds more resident memory than `limit` bytes. Where `/proc` does not tell, V8's own limit stands alone. */
export function watchMemory(
  pid: number,
  limit: number,
  onExceeded: (rss: number) => void,
): { cancel(): void } {
  const timer = setInterval(() => {
    const rss = residentBytes(pid);
    if (rss === undefined || rss <= limit) return;
    clearInterval(timer);
    onExceeded(rss);
  }, intervalMs);
  return { cancel: () => clearInterval(timer) };
}

function residentBytes(pid: number): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
