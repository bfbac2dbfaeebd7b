import { StringDecoder } from 'node:string_decoder';

export interface Line {
  readonly text: string;
  /** Whether its end was seen: the last line of a broken connection may be a part. */
  readonly whole: boolean;
}

/** Lines of a stream of bytes, without their ends. */
export async function* readLines(stream: AsyncIterable<Buffer | string>): AsyncGenerator<Line, void> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of stream) {
    const parts = `${rest}${typeof chunk === 'string' ? chunk : decoder.write(chunk)}`.split('\n');
    rest = parts.pop() ?? '';
    for (const text of parts) yield { text, whole: true };
  }
  if (rest !== '') yield { text: rest, whole: false };
}
