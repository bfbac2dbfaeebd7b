/** The first bytes of machine code for a platform, enough to tell what it is for. */
export function machineCode(platform: 'linux-x64' | 'linux-arm64' | 'darwin-arm64' | 'win32-x64'): Buffer {
  const bytes = Buffer.alloc(64);
  switch (platform) {
    case 'linux-x64':
    case 'linux-arm64':
      bytes.write('\x7fELF\x02\x01\x01', 'latin1');
      bytes.writeUInt16LE(platform === 'linux-x64' ? 62 : 183, 18);
      return bytes;
    case 'darwin-arm64':
      bytes.writeUInt32BE(0xcffaedfe, 0);
      return bytes;
    case 'win32-x64':
      bytes.write('MZ', 'latin1');
      return bytes;
  }
}

/** Files of a package in `node_modules`. */
export function packageFiles(
  name: string,
  manifest: object,
  files: Readonly<Record<string, string | Buffer>> = { 'index.js': 'exports.n = 1;' },
  folder = 'node_modules',
): Record<string, string | Buffer> {
  const version = { name, version: '1.0.0', ...manifest };
  return Object.fromEntries(
    Object.entries({ 'package.json': JSON.stringify(version), ...files }).map(([file, content]) => [
      `${folder}/${name}/${file}`,
      content,
    ]),
  );
}
