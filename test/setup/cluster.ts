import { leaveTestCluster } from '../cluster/test-cluster.ts';

/** The suites' shared cluster is started by the first of them that asks for it; the end of the run lets it go. */
export default function shareCluster(): () => Promise<void> {
  process.env.SLIPWAY_TEST_RUN = String(process.pid);
  return leaveTestCluster;
}
