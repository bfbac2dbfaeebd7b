import type { PluginBuild } from 'esbuild';
import { nodeSpecifier } from '../notebooks/deno-specifier.ts';

/** Lets bundles of Deno's notebooks take `npm:` and `jsr:` imports from what is installed, and refuses `https:` ones. */
export function provideDenoImports(build: PluginBuild): void {
  build.onResolve({ filter: /^(?:npm|jsr):/ }, async ({ path: specifier, ...args }) => {
    const { importer, namespace, resolveDir, kind, pluginData } = args;
    const options = { importer, namespace, resolveDir, kind, pluginData };
    const found = await build.resolve(nodeSpecifier(specifier), options);
    if (found.errors.length === 0) return found;
    // packages of JSR come to npm under a scope of their own
    const [, scope, name] = /^@([^/]+)\/(.+)$/.exec(nodeSpecifier(specifier)) ?? [];
    const renamed = scope && (await build.resolve(`@jsr/${scope}__${name}`, options));
    if (renamed && renamed.errors.length === 0) return renamed;
    return { errors: [{ text: `Could not resolve "${specifier}"` }] };
  });
  build.onResolve({ filter: /^https?:/ }, ({ path: address }) => ({
    errors: [{ text: `Could not resolve "${address}"` }],
  }));
}
