import { digestJson } from '../../../core/json.ts';

/** Room for what Argo puts behind a task's name in a map. */
const longest = 100;

/**
 * Name of a task for a step's or map's id: letters, digits and dashes, no leading digit. Ids that have to be changed for that get the
 * beginning of their digest, so that two never share a name.
 */
export function taskName(id: string): string {
  const plain = id.replace(/[^A-Za-z0-9-]+/g, '-').replace(/^-+|-+$/g, '');
  const led = /^[A-Za-z]/.test(plain) ? plain : `step-${plain}`;
  if (led === id && led.length <= longest) return led;
  const short = digestJson(id).slice('sha256:'.length, 'sha256:'.length + 8);
  return `${led.slice(0, longest - 9).replace(/-+$/, '')}-${short}`;
}
