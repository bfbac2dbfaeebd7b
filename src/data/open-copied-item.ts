import { pathToFileURL } from 'node:url';
import type { DataItem } from './data-item.ts';
import { fileStore } from './stores/file-store.ts';
import { createUrlItem } from './url-item.ts';

/** A data item on a URL whose content was copied to a local file or folder: it is known by the URL, and can only be read. */
export function openCopiedItem(url: URL, copy: string, key: string): DataItem {
  const place = pathToFileURL(copy);
  const { schemes, stat, read, stream, list } = fileStore;
  return createUrlItem(
    url,
    {
      schemes,
      writable: false,
      stat: () => stat(place),
      read: (_url, range) => read(place, range),
      stream: () => stream(place),
      ...(list ? { list: () => list(place) } : {}),
      localPath: () => copy,
    },
    key,
  );
}
