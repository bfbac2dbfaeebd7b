import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { type LayerFile, renderLayer } from './layer.ts';
import type { SimpleImage } from './oci-layout.ts';

/** The Node that runs the tests, as an image: its binary and the libraries that it loads. */
export async function renderNodeImage(): Promise<SimpleImage> {
  const libraries = execFileSync('ldd', [process.execPath], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => /(\/\S+) \(0x/.exec(line)?.[1] ?? []);
  const files: LayerFile[] = [
    { name: 'tmp/', mode: 0o1777 },
    {
      name: 'etc/passwd',
      content: Buffer.from('root:x:0:0::/:/bin/false\nrun:x:65532:65532::/tmp:/bin/false\n'),
    },
    { name: 'usr/local/bin/node', content: readFileSync(process.execPath), mode: 0o755 },
    ...libraries.map((file) => ({
      name: path.relative('/', file),
      content: readFileSync(realpathSync(file)),
      mode: 0o755,
    })),
  ];
  return { layer: await renderLayer(files), entrypoint: ['/usr/local/bin/node'], user: '65532:65532' };
}
