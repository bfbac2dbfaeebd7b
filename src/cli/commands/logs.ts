import type { RunStore } from '../../tracking/store.ts';
import type { Execute } from '../command.ts';
import { lastLines } from '../output/last-lines.ts';
import { isDocument, present } from '../output/present.ts';
import type { Session } from '../session.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway logs [run]`: the run's output on stdout, byte for byte; `-f` goes on until it has ended. */
export const logs: Execute<'follow' | 'tail' | 'output' | 'json'> = ({ args, options, session }) =>
  withWorkspace(session, async (workspace) => {
    const { store } = workspace;
    const { uid } = await store.getRun(args[0] ?? '@last');
    const orphans = await workspace.orphans();
    await orphans?.heard({ uid });
    if (isDocument(options)) {
      const text = (await readLog(store, uid, session, options.follow)).toString();
      const shown = options.tail === undefined ? text : lastLines(text, options.tail);
      await present(session, options, {
        data: () => ({ uid, log: shown }),
        text: () => shown,
        names: () => [uid],
      });
      return undefined;
    }
    let offset = 0;
    if (options.tail !== undefined) {
      const before = await readLog(store, uid, session, false);
      offset = before.length;
      await session.out.write(lastLines(before.toString(), options.tail));
      if (!options.follow) return undefined;
    }
    await copyLog(store, uid, session, { offset, follow: options.follow });
    if (options.follow && !gone(session).aborted) await orphans?.collected(uid);
    return undefined;
  });

const gone = (session: Session): AbortSignal => AbortSignal.any([session.signal, session.out.closed]);

async function readLog(store: RunStore, uid: string, session: Session, follow: boolean): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of store.logs(uid, { follow, signal: gone(session) })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function copyLog(
  store: RunStore,
  uid: string,
  session: Session,
  options: { readonly offset: number; readonly follow: boolean },
): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of store.logs(uid, { ...options, signal: gone(session) })) {
    if (session.out.closed.aborted) return;
    await session.out.write(decoder.decode(chunk, { stream: true }));
  }
  await session.out.write(decoder.decode());
}
