import type { Execute } from '../command.ts';
import type { Check } from '../doctor/check.ts';
import { listChecks } from '../doctor/list-checks.ts';
import { present } from '../output/present.ts';
import type { Session } from '../session.ts';

/** `slipway doctor`: exit code 1 when something that is needed does not work. */
export const doctor: Execute<'output' | 'json'> = async ({ options, session }) => {
  const checks: Check[] = [];
  for (const run of listChecks(session)) checks.push(await run());
  const failed = checks.filter((each) => each.status === 'failed');
  await present(session, options, {
    data: () => ({ ok: failed.length === 0, checks }),
    text: () => checks.map((each) => renderCheck(each, session)).join(''),
    names: () => failed.map((each) => each.name),
  });
  return failed.length === 0 ? 0 : 1;
};

function renderCheck({ name, status, detail, hint }: Check, session: Session): string {
  const { colors } = session.out;
  const mark = {
    ok: colors.green('ok     '),
    missing: colors.yellow('missing'),
    failed: colors.red('failed '),
  }[status];
  const line = `${mark}  ${name.padEnd(11)} ${detail}\n`;
  return hint === undefined ? line : `${line}${' '.repeat(21)}${colors.dim(hint)}\n`;
}
