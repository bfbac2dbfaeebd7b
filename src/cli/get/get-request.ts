import type { OptionValues } from '../../core/option-table.ts';
import type { Workspace } from '../../projects/workspace.ts';
import type { Session } from '../session.ts';

export type GetOptions = Pick<
  OptionValues,
  'filter' | 'selectLabel' | 'orderBy' | 'limit' | 'all' | 'trashed' | 'run' | 'key' | 'output' | 'json'
>;

/** What `slipway get` was asked, and where to answer. */
export interface GetRequest {
  readonly workspace: Workspace;
  readonly session: Session;
  readonly options: GetOptions;
  /** One thing rather than all. */
  readonly name: string | undefined;
}
