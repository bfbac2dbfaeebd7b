/** Silence after which proxies begin to think that a connection is dead; milliseconds. */
const silenceMs = 15_000;

/** The same lines, with an empty one whenever nothing came for a while. Readers skip empty lines. */
export async function* withSignsOfLife(source: AsyncIterable<string>): AsyncGenerator<string> {
  const lines = source[Symbol.asyncIterator]();
  let next = lines.next();
  try {
    for (;;) {
      let timer: NodeJS.Timeout | undefined;
      const silence = new Promise<undefined>((resolve) => {
        timer = setTimeout(resolve, silenceMs, undefined);
      });
      const result = await Promise.race([next, silence]);
      clearTimeout(timer);
      if (result === undefined) yield '\n';
      else if (result.done) return;
      else {
        yield result.value;
        next = lines.next();
      }
    }
  } finally {
    await lines.return?.();
  }
}
