import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface SourceFile {
  /** Relative to the repository, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** Every TypeScript file below src/, the hub's catalog (user code, not ours to layer) apart. */
export function readSources(): SourceFile[] {
  return readdirSync('src', { recursive: true, encoding: 'utf8' })
    .map((name) => path.posix.join('src', name.split(path.sep).join('/')))
    .filter((name) => name.endsWith('.ts') && !name.startsWith('src/hub/catalog/'))
    .map((name) => ({ path: name, text: readFileSync(name, 'utf8') }));
}

/** Specifiers that a file imports; `lazy` for those inside `import(…)`. */
export function importsOf(file: SourceFile): { specifier: string; lazy: boolean; typeOnly: boolean }[] {
  const code = file.text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const found = [...code.matchAll(/(?:^|\n)\s*(import|export)\s+(type\s)?[^'"`;]*?from\s+'([^']+)'/g)].map(
    (match) => ({
      specifier: match[3] ?? '',
      lazy: false,
      typeOnly: match[2] !== undefined,
    }),
  );
  const lazy = [...code.matchAll(/\b(?:import|require)\(\s*'([^']+)'/g)].map((match) => ({
    specifier: match[1] ?? '',
    lazy: true,
    typeOnly: false,
  }));
  const typeQueries = new Set([...code.matchAll(/typeof import\(\s*'([^']+)'/g)].map((match) => match[1]));
  return [...found, ...lazy.map((item) => ({ ...item, typeOnly: typeQueries.has(item.specifier) }))];
}
