import { createReadStream } from 'node:fs';
import { extract } from 'tar-stream';

export interface TarFile {
  readonly path: string;
  readonly type: string;
  /** Permissions. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly content: Buffer;
}

/** Everything in a tar, in its order. */
export async function readTarFile(file: string): Promise<readonly TarFile[]> {
  const unpacking = extract();
  createReadStream(file).pipe(unpacking);
  const files: TarFile[] = [];
  for await (const entry of unpacking) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    const { name, type, mode = 0, uid = -1, gid = -1, mtime } = entry.header;
    const content = Buffer.concat(chunks);
    files.push({ path: name, type: type ?? 'file', mode, uid, gid, mtime: mtime?.getTime() ?? -1, content });
  }
  return files;
}
