import { closeSync, openSync, readSync } from 'node:fs';

/** What a file of machine code is for: an ELF architecture as OCI names it, or another system than Linux. */
export type NativeFile =
  | { readonly format: 'elf'; readonly architecture: string }
  | { readonly format: 'foreign' };

const machines: Readonly<Record<number, string>> = {
  3: '386',
  40: 'arm',
  62: 'amd64',
  183: 'arm64',
  243: 'riscv64',
  21: 'ppc64le',
  22: 's390x',
  258: 'loong64',
};
const machOMagic: ReadonlySet<number> = new Set([0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe, 0xcafebabe]);

/** Files that may be machine code; asking only these keeps thousands of scripts from being opened. */
const candidate = /(?:\.(?:node|so|dylib|dll|exe|lib)|\.so\.[\d.]+|\/[^./]+)$/;

/** Reads from its first bytes what a file of machine code is for; undefined for any other file. */
export function readNativeFile(file: string): NativeFile | undefined {
  if (!candidate.test(file)) return undefined;
  const head = Buffer.alloc(20);
  const handle = openSync(file, 'r');
  try {
    if (readSync(handle, head, 0, head.length, 0) < head.length) return undefined;
  } finally {
    closeSync(handle);
  }
  return classify(head, file);
}

function classify(head: Buffer, file: string): NativeFile | undefined {
  const magic = head.readUInt32BE(0);
  if (magic === 0x7f454c46) {
    const machine = head[5] === 2 ? head.readUInt16BE(18) : head.readUInt16LE(18);
    return { format: 'elf', architecture: machines[machine] ?? `elf-${machine}` };
  }
  if (machOMagic.has(magic)) return { format: 'foreign' };
  // two letters alone say little
  if (head.toString('latin1', 0, 2) === 'MZ' && /\.(?:node|dll|exe)$/.test(file))
    return { format: 'foreign' };
  return undefined;
}
