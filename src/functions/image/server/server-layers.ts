import type { Json } from '../../../core/json.ts';
import { initProgram } from '../layers/installed-parts.ts';
import { reuseLayer } from '../layers/layer-cache.ts';
import { directoryEntry, type LayerEntry, textEntry } from '../layers/layer-entry.ts';
import { writeLayer } from '../layers/write-layer.ts';
import type { MadeLayer } from '../make-layers.ts';
import type { BlobStore } from '../oci/blob-store.ts';
import type { Platform } from '../oci/descriptor.ts';
import type { PlannedPackages } from '../plan-packages.ts';
import { serverLayout, serverName } from './server-layout.ts';
import type { ServerParts } from './server-parts.ts';

interface ServerLayers {
  readonly parts: ServerParts;
  readonly packages: PlannedPackages;
  readonly platform: Platform;
}

/** The layers of the server above the base: packages with machine code, which change rarely, then the server itself. */
export async function makeServerLayers(
  blobs: BlobStore,
  { parts, packages, platform }: ServerLayers,
): Promise<readonly MadeLayer[]> {
  const make = async (
    name: string,
    inputs: Json,
    entries: () => readonly LayerEntry[],
  ): Promise<MadeLayer> => {
    const { layer, reused } = await reuseLayer(blobs, inputs, serverName, () => writeLayer(entries(), blobs));
    const { digest, size } = layer;
    const reason = reused ? 'nothing changed' : `of Slipway ${parts.version}`;
    return { layer, report: { name, digest, size, reused, reason } };
  };
  const { version, digest } = parts;
  return [
    await make('server-packages', { kind: 'server-packages', of: packages.inputs }, () =>
      packages.entries().filter(isNeeded),
    ),
    await make('server', { kind: 'server', format: 1, version, digest, platform: { ...platform } }, () =>
      serverEntries(parts, platform),
    ),
  ];
}

/** SQLite's sources are as large as all the rest, and nothing of the package reads them. */
const isNeeded = ({ path }: LayerEntry): boolean =>
  !path.startsWith(`${serverLayout.packages}/@photostructure/sqlite/src/`) &&
  !/\.(?:map|d\.[cm]?ts)$/.test(path);

function serverEntries({ version, program }: ServerParts, platform: Platform): readonly LayerEntry[] {
  const { file, size } = initProgram(platform);
  const manifest = { name: 'slipway', version, type: 'module' };
  return [
    { path: serverLayout.init, mode: 0o755, content: { kind: 'file', file, size } },
    { path: serverLayout.program, mode: 0o644, content: { kind: 'bytes', bytes: program } },
    textEntry(`${serverLayout.root}/package.json`, `${JSON.stringify(manifest)}\n`),
    // whoever mounts nothing there gets a store as long as the container lives
    directoryEntry(serverLayout.data, 0o1777),
  ];
}
