/** What a daemon said, without what the client put around it. */
export function daemonMessage(error: unknown): string {
  const { json, message } = (error ?? {}) as { json?: { message?: unknown } | null; message?: unknown };
  const text = typeof json?.message === 'string' ? json.message : String(message ?? error);
  return text.trim();
}
