import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import type { Readable, Writable } from 'node:stream';

/** One file of a tar: its content, or the file that holds it. */
export interface TarFile {
  readonly name: string;
  readonly content: Uint8Array | { readonly file: string; readonly size: number };
}

/** A tar of these files in this order; the same files give the same bytes. Nothing is read before it is wanted. */
export async function packEntries(files: readonly TarFile[]): Promise<Readable> {
  const { pack } = await import('tar-stream');
  const tar = pack();
  const gone = new AbortController();
  tar.once('close', () => gone.abort());
  // a reader that has gone before it began hears of no failure
  tar.on('error', () => undefined);
  const fill = async (): Promise<void> => {
    for (const { name, content } of files) {
      const size = content instanceof Uint8Array ? content.length : content.size;
      const header = { name, size, mode: 0o644, mtime: new Date(0), uid: 0, gid: 0 };
      if (content instanceof Uint8Array) tar.entry(header, Buffer.from(content));
      else await copyFile(content.file, tar.entry(header) as unknown as Writable, gone.signal);
    }
    tar.finalize();
  };
  fill().catch((error: Error) => tar.destroy(error));
  return tar as unknown as Readable;
}

async function copyFile(file: string, into: Writable, gone: AbortSignal): Promise<void> {
  into.on('error', () => undefined);
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 18 }))
    if (!into.write(chunk)) await once(into, 'drain', { signal: gone });
  into.end();
}
