import { tslabJupyter } from '../../tslab-module.ts';
import type { DisplayOptions, DisplayPort, MimeBundle } from './display-port.ts';

/**
 * The output of the tslab cell that runs now. tslab's public call sends one media type at a time; what it calls itself
 * takes a whole bundle. Undefined in a tslab that is built otherwise than 1.0.22.
 */
export function openTslabDisplay(): DisplayPort | undefined {
  const write = tslabJupyter()?.lastWriteDisplayData;
  if (typeof write !== 'function') return undefined;
  const send = (data: MimeBundle, { id, metadata = {} }: DisplayOptions, update: boolean): void =>
    write({ data, metadata, transient: id === undefined ? {} : { display_id: id } }, update);
  return {
    get isCurrent() {
      return tslabJupyter()?.lastWriteDisplayData === write;
    },
    show: (bundle, options = {}) => send(bundle, options, false),
    update: (bundle, id) => send(bundle, { id }, true),
  };
}
