import { toJson } from '../../core/json.ts';
import type { FileContent } from '../artifact.ts';
import { invalidArtifactContent } from '../errors.ts';

/** The bytes that some content becomes; JSON is indented, with what JSON cannot carry turned into text as in records. */
export function bytesOf(content: Exclude<FileContent, { readonly path: string }>): string | Uint8Array {
  if (typeof content === 'string' || content instanceof Uint8Array) return content;
  return `${JSON.stringify(toJson(content.json), null, 2)}\n`;
}

/** Whether content is given as a local path. */
export function isPath(content: FileContent): content is { readonly path: string } {
  return typeof content === 'object' && !(content instanceof Uint8Array) && 'path' in content;
}

/** Refuses what is none of the four forms of content. */
export function checkContent(key: string, content: unknown): asserts content is FileContent {
  const given = content as { path?: unknown; json?: unknown } | null | undefined;
  if (typeof content === 'string' || content instanceof Uint8Array) return;
  if (typeof given === 'object' && given !== null) {
    if (typeof given.path === 'string' && given.path !== '') return;
    if ('json' in given && given.json !== undefined) return;
  }
  throw invalidArtifactContent(
    `the content of artifact "${key}" is neither text, bytes, { path } nor { json }`,
    {
      hint: 'give a string, a Uint8Array, { path: "file" } or { json: value }',
    },
  );
}
