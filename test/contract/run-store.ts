import { describe } from 'vitest';
import { testAfterTheRun } from './run-store/after-the-run.ts';
import { testArtifacts } from './run-store/artifacts.ts';
import { testFinding } from './run-store/finding.ts';
import { testFollowing } from './run-store/following.ts';
import { openRunStore, type StoreUnderTest } from './run-store/opened-run-store.ts';
import { testWriting } from './run-store/writing.ts';

/** What every adapter of the run store must do. `create` makes an empty store for the project `demo`. */
export function describeRunStore(name: string, create: () => Promise<StoreUnderTest>): void {
  describe(`run store: ${name}`, () => {
    const subject = openRunStore(create);
    for (const test of [testWriting, testFinding, testFollowing, testArtifacts, testAfterTheRun])
      test(subject);
  });
}
