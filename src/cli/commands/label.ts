import type { Execute } from '../command.ts';
import { usageError } from '../errors.ts';
import { present } from '../output/present.ts';
import { renderPairs } from '../output/render-value.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway label <run> key=value … key- …`. */
export const label: Execute<'output' | 'json'> = ({ args, options, session }) =>
  withWorkspace(session, async ({ store }) => {
    const [reference = '', ...texts] = args;
    const labels = Object.fromEntries(texts.map(parseLabel));
    const { uid } = await store.getRun(reference);
    await store.setLabels(uid, labels);
    const after = await store.getRun(uid);
    await present(session, options, {
      data: () => ({ uid, labels: after.labels }),
      text: () => `${after.name} ${uid} ${renderPairs(after.labels) || 'has no labels'}\n`,
      names: () => [uid],
    });
    return undefined;
  });

function parseLabel(text: string): readonly [string, string | null] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  if (at < 0 && text.length > 1 && text.endsWith('-')) return [text.slice(0, -1), null];
  throw usageError(`label "${text}" is neither key=value nor key-`, {
    hint: 'e.g. slipway label @last team=a old-',
  });
}
