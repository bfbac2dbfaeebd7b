import type { ServerAddress } from '../../tracking/http/server-address.ts';
import type { ProcessIdentity } from '../../tracking/journal-event.ts';
import type { AttemptReport, CreatedRun } from '../attempt.ts';
import type { CapturedEnvironment } from '../capture-once.ts';
import type { Job } from '../job.ts';
import type { StopRequest } from '../stop-request.ts';

/** What the submitter says to a runner process, over the channel that nobody else can read. */
export type ToRunner =
  | {
      readonly type: 'run';
      readonly job: Job;
      readonly secrets: Readonly<Record<string, string>>;
      /** Whether an `environment` message follows. */
      readonly environmentFollows: boolean;
      /** Whether the runner goes on with other runs after this one. */
      readonly pooled: boolean;
      /** The server that the runs of the store are brought to: what is not here is read from there. */
      readonly server?: ServerAddress;
      /** Who speaks for the runner's process where it cannot be seen. */
      readonly guard?: ProcessIdentity;
      /** What it writes comes through that guard alone. */
      readonly heardThroughGuard?: boolean;
      /** First event of the journal, where the runner is to create it. */
      readonly created?: CreatedRun;
    }
  | { readonly type: 'environment'; readonly captured?: CapturedEnvironment }
  | { readonly type: 'stop'; readonly request: StopRequest }
  /** The journal has been taken over: the runner may end. */
  | { readonly type: 'release' };

/** What a runner process says. */
export type FromRunner = {
  readonly type: 'ended';
  readonly report: AttemptReport;
  /** Whether something of the run is left behind (timers, sockets, a handler that did not stop): no further run may go here. */
  readonly dirty: boolean;
};
