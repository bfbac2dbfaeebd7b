import { homedir } from 'node:os';
import type { Machine } from '../../notebooks/kernelspec/machine.ts';
import type { Session } from '../session.ts';

/** The machine that the command runs on, with the session's environment. */
export function thisMachine({ env }: Session): Machine {
  const { platform, arch, execPath } = process;
  return { platform, arch, env, execPath, home: env.HOME ?? homedir() };
}
