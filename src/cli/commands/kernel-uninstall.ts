import { uninstallKernel } from '../../notebooks/kernelspec/uninstall-kernel.ts';
import type { Execute } from '../command.ts';
import { kernelPlace } from '../kernel/kernel-place.ts';
import { thisMachine } from '../kernel/this-machine.ts';
import { present } from '../output/present.ts';

/** `slipway kernel uninstall [name]`. */
export const kernelUninstall: Execute<'user' | 'prefix' | 'sysPrefix' | 'output' | 'json'> = async ({
  args,
  options,
  session,
}) => {
  const name = args[0] ?? 'tslab';
  const folder = uninstallKernel(name, kernelPlace(options, session.directory), thisMachine(session));
  await present(session, options, {
    data: () => ({ name, folder }),
    text: () => `kernel "${name}" removed: ${folder}\n`,
    names: () => [name],
  });
  return undefined;
};
