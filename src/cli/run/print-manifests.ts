import type { OptionValues } from '../../core/option-table.ts';
import type { RenderedAttempt } from '../../runtime/kubernetes/manifest/render-attempt.ts';
import { present } from '../output/present.ts';
import type { Session } from '../session.ts';

/** `slipway run --runtime kubernetes --dry-run`: the objects in the order in which they would be created. */
export async function printManifests(
  session: Session,
  options: Pick<OptionValues, 'output' | 'json'>,
  { secret, job }: RenderedAttempt,
): Promise<number> {
  const { renderYaml } = await import('../../runtime/kubernetes/manifest/render-yaml.ts');
  await present(session, options, {
    data: () => ({ apiVersion: 'v1', kind: 'List', items: [secret, job] }),
    text: () => renderYaml([secret, job]),
    names: () => [`secret/${secret.metadata?.name}`, `job.batch/${job.metadata?.name}`],
  });
  return 0;
}
