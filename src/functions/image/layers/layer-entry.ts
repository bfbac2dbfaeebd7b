/** What one path of a layer holds. */
export type EntryContent =
  | { readonly kind: 'directory' }
  | { readonly kind: 'symlink'; readonly target: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'file'; readonly file: string; readonly size: number };

/** One path of a layer. Owner (root) and time (1970) are the same for all: they say nothing and would change the digest. */
export interface LayerEntry {
  /** Absolute in the image, without the leading slash. */
  readonly path: string;
  /** Permissions, e.g. `0o644`. */
  readonly mode: number;
  readonly content: EntryContent;
}

export function textEntry(path: string, text: string, mode = 0o644): LayerEntry {
  return { path, mode, content: { kind: 'bytes', bytes: Buffer.from(text) } };
}

export function directoryEntry(path: string, mode = 0o755): LayerEntry {
  return { path, mode, content: { kind: 'directory' } };
}

/** Sorted by path, once each (the first of a path stands), with the folders that lead to them. */
export function completeEntries(entries: readonly LayerEntry[]): readonly LayerEntry[] {
  const byPath = new Map<string, LayerEntry>();
  for (const entry of entries) if (!byPath.has(entry.path)) byPath.set(entry.path, entry);
  for (const { path } of entries)
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const folder = path.slice(0, at);
      if (byPath.has(folder)) break;
      byPath.set(folder, directoryEntry(folder));
    }
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}
