import { existsSync } from 'node:fs';

export interface NodeBinary {
  readonly major: string;
  readonly binary: string;
}

const known = ['20', '22', '24'].map((major) => ({
  major,
  binary: process.versions.node.startsWith(`${major}.`)
    ? process.execPath
    : (process.env[`SLIPWAY_NODE_${major}`] ?? ''),
}));

/** Supported Node versions that are on this machine; `.ci/run` installs 22 and 24 and says where in SLIPWAY_NODE_<major>. */
export const nodeBinaries: readonly NodeBinary[] = known.filter(({ binary }) => existsSync(binary));

export const missingVersions: readonly string[] = known
  .filter(({ binary }) => !existsSync(binary))
  .map(({ major }) => major);

if (missingVersions.length > 0)
  console.warn(
    `NOT TESTED on Node ${missingVersions.join(', ')}: set SLIPWAY_NODE_<major> to a binary of it`,
  );
