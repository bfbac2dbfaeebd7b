import { createWriteStream, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A stream that unpacks the tar of an npm package: plain files alone, without the archive's top folder, nothing outside `into`. */
export async function extractArchive(into: string): Promise<Writable> {
  const { extract } = await import('tar-stream');
  const unpacking = extract();
  unpacking.on('entry', (header, stream, next) => {
    const name = header.name.split('/').slice(1).join('/');
    const file = path.join(into, name);
    const inside = file.startsWith(`${into}${path.sep}`);
    if (header.type !== 'file' || !inside) {
      stream.on('end', next);
      stream.resume();
      return;
    }
    mkdirSync(path.dirname(file), { recursive: true });
    const mode = ((header.mode ?? 0) & 0o100) !== 0 ? 0o755 : 0o644;
    pipeline(stream, createWriteStream(file, { mode })).then(() => next(), next);
  });
  return unpacking as unknown as Writable;
}
