import type { OptionValues } from '../../core/option-table.ts';
import type { Workspace } from '../../projects/workspace.ts';
import type { Session } from '../session.ts';

/** What `slipway describe` was asked, and where to answer. */
export interface DescribeRequest {
  readonly workspace: Workspace;
  readonly session: Session;
  readonly options: Pick<OptionValues, 'output' | 'json'>;
  readonly name: string;
}
