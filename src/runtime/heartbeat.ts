import type { EventBody } from '../tracking/journal-event.ts';
import { monotonicMs } from './monotonic.ts';

const intervalMs = 5000;
const briefMs = 1000;

/** What this process uses: CPU seconds since `cpuAtStart`, resident bytes. */
export function measureUsage(cpuAtStart: NodeJS.CpuUsage): Extract<EventBody, { kind: 'heartbeat' }> {
  const { user, system } = process.cpuUsage(cpuAtStart);
  return { kind: 'heartbeat', cpu: (user + system) / 1e6, rss: process.memoryUsage.rss() };
}

export interface Heartbeat {
  stop(): void;
  /** Without a last one, where nothing more can be written. */
  cancel(): void;
}

/**
 * Appends a sign of life every few seconds without keeping the process alive, and a last one when stopped; `brief` leaves that
 * one out for runs, like the trials of a sweep, that are too many and too short to measure each.
 */
export function startHeartbeat(
  append: (event: EventBody) => void,
  { brief = false }: { brief?: boolean } = {},
): Heartbeat {
  const start = process.cpuUsage();
  const startedAt = monotonicMs();
  const timer = setInterval(() => append(measureUsage(start)), intervalMs);
  timer.unref();
  return {
    cancel: () => clearInterval(timer),
    stop() {
      clearInterval(timer);
      if (!brief || monotonicMs() - startedAt > briefMs) append(measureUsage(start));
    },
  };
}
