import type { Reporter, TestCase } from 'vitest/node';

/** Names the tests that passed only when they were tried again, with what they failed by: each hides a race, in Slipway or in the test. */
export default class UnsteadyReporter implements Reporter {
  readonly #unsteady: TestCase[] = [];

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky) this.#unsteady.push(test);
  }

  onTestRunEnd(): void {
    for (const test of this.#unsteady) {
      console.log(`\nunsteady: ${test.module.relativeModuleId} > ${test.fullName}`);
      for (const { message, stack } of test.result().errors ?? []) console.log(stack ?? message);
    }
    if (this.#unsteady.length > 0)
      console.log(`\n${this.#unsteady.length} unsteady: passed only when tried again`);
  }
}
