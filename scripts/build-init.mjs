// Builds the first process of containers for every platform; the results are committed, so that nobody else needs a compiler.
import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';

const compilers = { 'linux-amd64': 'x86_64-linux-gnu-gcc', 'linux-arm64': 'aarch64-linux-gnu-gcc' };
const flags = [
  '-std=c17',
  '-Wall',
  '-Wextra',
  '-Werror',
  '-Os',
  '-static',
  '-nostdlib',
  '-nostartfiles',
  '-ffreestanding',
  '-fno-builtin',
  '-fno-pie',
  '-no-pie',
  '-fno-stack-protector',
  '-fno-asynchronous-unwind-tables',
  '-fno-ident',
  '-s',
  '-Wl,--build-id=none',
  '-Wl,-z,noexecstack',
  '-Wl,-z,norelro',
  '-Wl,-z,max-page-size=4096',
  '-Wl,-z,noseparate-code',
];
const folder = new URL('../src/functions/image/init/', import.meta.url).pathname;

const [only, into = folder] = process.argv.slice(2);
for (const [platform, compiler] of Object.entries(compilers)) {
  if (only !== undefined && only !== platform) continue;
  const file = `${into.replace(/\/?$/, '/')}init-${platform}`;
  const { status, error } = spawnSync(compiler, [...flags, '-o', file, `${folder}init.c`], {
    stdio: 'inherit',
  });
  if (error || status !== 0) {
    console.error(
      `${compiler} failed${error ? `: ${error.message}` : ''}; Debian has it in gcc-${compiler.startsWith('a') ? 'aarch64-linux-gnu' : 'x86-64-linux-gnu'}`,
    );
    process.exit(1);
  }
  chmodSync(file, 0o755);
  console.log(`${file} built`);
}
