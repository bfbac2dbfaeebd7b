/** One line of what a daemon tells while it works. */
export interface DaemonLine {
  readonly stream?: string;
  readonly status?: string;
  /** Of which layer it speaks. */
  readonly id?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly error?: string;
  readonly aux?: { readonly ID?: string };
}

/**
 * Waits for the end of the daemon's work. Its answer began as a success, so that what goes wrong later is one of its lines; that is
 * thrown. (dockerode's own followProgress takes such lines for progress.)
 */
export async function followDaemon(
  progress: NodeJS.ReadableStream,
  onLine: (line: DaemonLine) => void = () => undefined,
): Promise<void> {
  for await (const text of linesOf(progress)) {
    const line = parseLine(text);
    if (line?.error !== undefined) throw new Error(line.error);
    if (line !== undefined) onLine(line);
  }
}

async function* linesOf(stream: NodeJS.ReadableStream): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of stream) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  yield rest;
}

function parseLine(text: string): DaemonLine | undefined {
  try {
    return text.trim() === '' ? undefined : (JSON.parse(text) as DaemonLine);
  } catch {
    // some daemons write plain text between the lines
    return { stream: text };
  }
}
