/**
 * The package that an import of Deno means, as Node names it: `npm:zod@3/v4` is `zod/v4`, `jsr:@std/csv@1` is `@std/csv`. Other
 * specifiers stay as they are.
 */
export function nodeSpecifier(specifier: string): string {
  const found = /^(?:npm|jsr):\/?((?:@[^/@]+\/)?[^/@]+)(?:@[^/]*)?(\/.*)?$/.exec(specifier);
  return found ? `${found[1]}${found[2] ?? ''}` : specifier;
}

/** The command that installs the package of an import, for Node. */
export function installCommand(specifier: string): string {
  const [, registry, wanted = specifier] = /^(npm|jsr):\/?((?:@[^/]+\/)?[^/]+)/.exec(specifier) ?? [];
  if (registry === 'jsr') return `npx jsr add ${wanted}`;
  const name = /^((?:@[^/]+\/)?[^/]+)/.exec(wanted)?.[1] ?? wanted;
  return `npm install ${name}`;
}
