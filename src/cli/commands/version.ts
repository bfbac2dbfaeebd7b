import { packageVersion } from '../../core/package-root.ts';
import type { Execute } from '../command.ts';
import { present } from '../output/present.ts';

/** `slipway version`. */
export const version: Execute<'output' | 'json'> = async ({ options, session }) => {
  const slipway = packageVersion();
  const platform = `${process.platform}-${process.arch}`;
  await present(session, options, {
    data: () => ({ version: slipway, node: process.versions.node, platform }),
    text: () => `slipway ${slipway}  node ${process.versions.node}  ${platform}\n`,
    names: () => [slipway],
  });
  return undefined;
};
