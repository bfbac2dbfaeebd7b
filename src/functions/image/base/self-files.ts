import { existsSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { directoryEntry, type LayerEntry, textEntry } from '../layers/layer-entry.ts';

/** Libraries that the C library, or native packages, load by name and that stand in no program's list. */
const loadedByName: readonly string[] = [
  'libdl.so.2',
  'librt.so.1',
  'libutil.so.1',
  'libresolv.so.2',
  'libnss_files.so.2',
  'libnss_dns.so.2',
  'libstdc++.so.6',
  'libgcc_s.so.1',
];
const certificates: readonly string[] = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/cert.pem',
];

/** A file of this machine and where it goes in the image. */
export interface CopiedFile {
  readonly from: string;
  readonly to: string;
  readonly mode: number;
}

/** Every file of this machine that goes into the base: Node, its libraries, what these load by name, certificates. */
export function selfFiles(program: string, libraries: readonly string[]): readonly CopiedFile[] {
  const folders = new Set(
    libraries.filter((file) => /\/libc\.(?:so|musl)/.test(file)).map((file) => path.dirname(file)),
  );
  const byName = [...folders].flatMap((folder) => loadedByName.map((name) => path.join(folder, name)));
  const all = [...new Set([...libraries, ...byName.filter((file) => existsSync(file))])];
  const trusted = certificates.find((file) => existsSync(file));
  return [
    { from: realpathSync(program), to: 'usr/local/bin/node', mode: 0o755 },
    ...all.sort().map((file) => ({ from: realpathSync(file), to: file.slice(1), mode: 0o755 })),
    ...(trusted === undefined
      ? []
      : [{ from: realpathSync(trusted), to: 'etc/ssl/certs/ca-certificates.crt', mode: 0o644 }]),
  ];
}

/** The base as a layer: the copied files, users, name resolution and an empty /tmp. */
export function selfEntries(files: readonly CopiedFile[]): readonly LayerEntry[] {
  return [
    ...files.map(
      ({ from, to, mode }): LayerEntry => ({
        path: to,
        mode,
        content: { kind: 'file', file: from, size: statSync(from).size },
      }),
    ),
    textEntry(
      'etc/passwd',
      'root:x:0:0:root:/root:/sbin/nologin\nslipway:x:65532:65532:slipway:/tmp:/sbin/nologin\n',
    ),
    textEntry('etc/group', 'root:x:0:\nslipway:x:65532:\n'),
    textEntry('etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n'),
    directoryEntry('tmp', 0o1777),
  ];
}
