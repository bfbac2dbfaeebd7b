import { userErrorRecord } from '../../functions/user-error.ts';
import { activeScope, type InlineScope } from './inline-scope.ts';

type Emit = (event: string | symbol, ...args: unknown[]) => boolean;

const strayEvents: ReadonlySet<string | symbol> = new Set(['unhandledRejection', 'uncaughtException']);

/**
 * An error of a run that nobody catches fails that run. Others go on to whom they went before: taken at `process.emit`,
 * since a listener would keep the host's own from being the only one.
 */
export function hookStrayErrors(scopes: ReadonlySet<InlineScope>): () => void {
  const own = Object.getOwnPropertyDescriptor(process, 'emit');
  const original = process.emit as Emit;
  const hooked: Emit = (event, ...args) => {
    const scope = strayEvents.has(event) ? scopeOf(scopes) : undefined;
    if (!scope) return original.call(process, event, ...args);
    scope.interruption.raise({ error: userErrorRecord(args[0], scope.bundleDirectory) });
    return true;
  };
  process.emit = hooked as typeof process.emit;
  return () => {
    if (process.emit !== (hooked as typeof process.emit)) return;
    if (own) Object.defineProperty(process, 'emit', own);
    else delete (process as { emit?: unknown }).emit;
  };
}

/** The run whose code went astray; where the system does not tell, a run that is alone must be it. */
function scopeOf(scopes: ReadonlySet<InlineScope>): InlineScope | undefined {
  const [only] = scopes;
  return activeScope() ?? (scopes.size === 1 ? only : undefined);
}
