import path from 'node:path';
import type { KernelKind, KernelProgram } from './kernel-program.ts';

/** What Jupyter's `kernel.json` says, as far as it is read here. */
export interface KernelSpec {
  readonly argv: readonly string[];
  readonly display_name: string;
  readonly language: string;
  /** How the stop button reaches the kernel. Both programs listen for SIGINT, and for no message. */
  readonly interrupt_mode: 'signal';
}

const display: Readonly<Record<KernelKind, { readonly name: string; readonly language: string }>> = {
  tslab: { name: 'TypeScript', language: 'typescript' },
  jslab: { name: 'JavaScript', language: 'javascript' },
  deno: { name: 'Deno', language: 'typescript' },
};

/** The specification of a kernel; every path in it is absolute, so that it starts from wherever Jupyter does. */
export function createKernelSpec(kind: KernelKind, program: KernelProgram, node: string): KernelSpec {
  const { name, language } = display[kind];
  const argv =
    kind === 'deno'
      ? [program.file, 'jupyter', '--kernel', '--conn', '{connection_file}']
      : [
          node,
          program.file,
          'kernel',
          ...(kind === 'jslab' ? ['--js'] : []),
          '--config-path={connection_file}',
        ];
  return { argv, display_name: name, language, interrupt_mode: 'signal' };
}

/** The text of `kernel.json`. */
export function renderKernelSpec(spec: KernelSpec): string {
  return `${JSON.stringify(spec, undefined, 2)}\n`;
}

/** Which of our kernels a command line starts, whoever registered it; undefined for all others. */
export function kindOfCommand(argv: readonly string[]): KernelKind | undefined {
  const programs = argv.slice(0, 2).map((part) => path.basename(part.replaceAll('\\', '/')));
  if (programs.some((name) => /^tslab(\.cmd)?$/.test(name))) return argv.includes('--js') ? 'jslab' : 'tslab';
  return /^deno(\.exe)?$/.test(programs[0] ?? '') && argv[1] === 'jupyter' ? 'deno' : undefined;
}
