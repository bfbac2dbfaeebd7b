import { globalState } from '../../core/global-state.ts';
import { nearestName } from '../../core/nearest-name.ts';
import type { DataStore } from '../data-item.ts';
import { dataNotFound } from '../errors.ts';

interface Entry {
  readonly bytes: Uint8Array;
  readonly modifiedAt: string;
}

const entries = (): Map<string, Entry> => globalState('memory-data', () => new Map<string, Entry>());

/** Bytes that live as long as the process: `memory://name`. Other processes do not see them. */
export const memoryStore: DataStore = {
  schemes: ['memory'],
  writable: true,
  async stat(url) {
    const { bytes, modifiedAt } = find(url);
    return { size: bytes.length, isDirectory: false, modifiedAt };
  },
  async read(url, range) {
    const { bytes } = find(url);
    const offset = range?.offset ?? 0;
    return bytes.slice(offset, range?.length === undefined ? undefined : offset + range.length);
  },
  async stream(url) {
    const { bytes } = find(url);
    return (async function* () {
      yield bytes.slice();
    })();
  },
  async write(url, data) {
    entries().set(nameOf(url), { bytes: data.slice(), modifiedAt: new Date().toISOString() });
  },
  async list(url) {
    const below = `${nameOf(url)}/`.replace(/^\/$/, '');
    return [...entries().keys()]
      .filter((name) => name.startsWith(below))
      .map((name) => name.slice(below.length));
  },
};

const nameOf = (url: URL): string => url.href.slice('memory://'.length);

function find(url: URL): Entry {
  const entry = entries().get(nameOf(url));
  if (entry) return entry;
  const near = nearestName(nameOf(url), entries().keys());
  throw dataNotFound(`"${url.href}" does not exist in this process`, {
    hint: near
      ? `did you mean "memory://${near}"?`
      : 'put() it first; what is in memory is not shared between processes',
  });
}
