// Adds to package-lock.json the optional packages for other platforms that npm left out because the registry in use does not
// carry them: `npm ci` refuses a lock file without them. Versions are the exact ones that their parents ask for.
import { readFileSync, writeFileSync } from 'node:fs';

const file = 'package-lock.json';
const lock = JSON.parse(readFileSync(file, 'utf8'));
const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const processors = ['arm64', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64', 'arm'];

/** `cpu`, `os` and `libc` as the package's own manifest has them, read from its name. */
function platformOf(name) {
  const words = name.split('/').at(-1).split('-');
  const cpu = processors.find((known) => words.includes(known));
  const os = systems.find((known) => words.includes(known));
  const libc = words.some((word) => word.startsWith('musl'))
    ? 'musl'
    : words.some((word) => word.startsWith('gnu'))
      ? 'glibc'
      : undefined;
  return {
    ...(cpu ? { cpu: [cpu] } : {}),
    ...(os ? { os: [os] } : {}),
    ...(libc && os === 'linux' ? { libc: [libc] } : {}),
  };
}

let added = 0;
for (const entry of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const at = `node_modules/${name}`;
    if (Object.keys(lock.packages).some((key) => key === at || key.endsWith(`/${at}`))) continue;
    const { os, ...platform } = platformOf(name);
    // a package that says for which platform it is is skipped on all others; one that does not would be fetched
    if (!os || !/^\d/.test(version))
      throw new Error(`${name}@${version} cannot be added: its platform or version is not known`);
    lock.packages[at] = { version, ...platform, ...(entry.dev ? { dev: true } : {}), optional: true, os };
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} optional packages added`);
