import { messageOf } from '../../core/error.ts';

/** What one check found. `missing` is for what is optional and absent: no fault. */
export interface Check {
  readonly name: string;
  readonly status: 'ok' | 'missing' | 'failed';
  /** What was found: a version, a path, or what went wrong. */
  readonly detail: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** Runs a check: what `probe` gives is the detail; what it throws makes the check failed, or missing where it is optional. */
export async function check(
  name: string,
  hint: string,
  probe: () => Promise<string> | string,
  options: { readonly optional?: boolean } = {},
): Promise<Check> {
  try {
    return { name, status: 'ok', detail: await probe() };
  } catch (error) {
    const [detail = 'failed'] = messageOf(error).split('\n');
    return { name, status: options.optional ? 'missing' : 'failed', detail, hint };
  }
}
