import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';

export interface LayerFile {
  /** Without a leading slash; a folder ends with one. */
  readonly name: string;
  readonly content?: Buffer;
  readonly mode?: number;
}

/** An uncompressed layer whose bytes depend on nothing but the files. */
export async function renderLayer(files: readonly LayerFile[]): Promise<Buffer> {
  const archive = pack();
  const whole = buffer(archive);
  for (const { name, content, mode } of files) {
    const folder = name.endsWith('/');
    const header = {
      name,
      type: folder ? 'directory' : 'file',
      mode: mode ?? (folder ? 0o755 : 0o644),
      mtime: new Date(0),
    } as const;
    archive.entry(header, content ?? Buffer.alloc(0));
  }
  archive.finalize();
  return whole;
}
