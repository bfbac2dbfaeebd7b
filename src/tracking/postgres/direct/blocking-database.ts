import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { answerNow } from '../../queries/query.ts';
import { connectionStart } from '../connection-options.ts';
import { renderDatabaseUrl } from '../database-url.ts';
import { explainDatabaseError } from '../explain-database-error.ts';
import { locatePg } from '../load-pg.ts';
import type { Statement, Work } from '../statement.ts';

type Answer =
  | { readonly rows: readonly unknown[] }
  | { readonly failure: { readonly code?: string; readonly message: string } };

/** Milliseconds that an answer may take. */
const answerMs = 10_000;

// text, because a file of its own would have to be found by every way in which this package can be loaded
const threadSource = `
const { parentPort, workerData } = require('node:worker_threads');
const pg = require(workerData.driver);
const types = new pg.TypeOverrides();
types.setTypeParser(20, Number);
types.setTypeParser(114, (text) => text);
let client;
async function connect() {
  const fresh = new pg.Client({
    connectionString: workerData.url, application_name: 'slipway', connectionTimeoutMillis: ${answerMs / 2},
    query_timeout: ${answerMs}, types,
  });
  fresh.on('error', () => { if (client === fresh) client = undefined; });
  await fresh.connect();
  await fresh.query(workerData.start);
  return fresh;
}
parentPort.on('message', async ({ statement, port, flag }) => {
  let answer;
  try {
    client ??= await connect();
    answer = { rows: (await client.query(statement)).rows };
  } catch (error) {
    answer = { failure: { code: error.code, message: error.message } };
  }
  port.postMessage(answer);
  Atomics.store(flag, 0, 1);
  Atomics.notify(flag, 0);
});
`;

/** A database that this thread waits for: creating a run must say at once that its uid is taken. */
export class BlockingDatabase {
  readonly #url: string;
  readonly #shownUrl: string;
  #thread: Worker | undefined;

  constructor(url: string) {
    this.#url = url;
    this.#shownUrl = renderDatabaseUrl(url);
  }

  /** Does work in a transaction; whole or not at all. Throws DATABASE_UNREACHABLE, DATABASE_REFUSED. */
  transaction<Result>(work: Work<Result>): Result {
    this.#ask({ text: 'BEGIN ISOLATION LEVEL READ COMMITTED', values: [] });
    try {
      const result = answerNow(work, (statement) => this.#ask(statement));
      this.#ask({ text: 'COMMIT', values: [] });
      return result;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#thread?.terminate();
    this.#thread = undefined;
  }

  #ask({ text, values, name }: Statement): readonly unknown[] {
    const flag = new Int32Array(new SharedArrayBuffer(4));
    const { port1, port2 } = new MessageChannel();
    this.#thread ??= this.#start();
    const statement = { text, values, ...(name === undefined ? {} : { name }) };
    this.#thread.postMessage({ statement, port: port2, flag }, [port2]);
    Atomics.wait(flag, 0, 0, answerMs * 2);
    const received = receiveMessageOnPort(port1) as { message: Answer } | undefined;
    port1.close();
    const answer = received?.message ?? { failure: { code: 'ETIMEDOUT', message: 'no answer in time' } };
    if ('rows' in answer) return answer.rows;
    const { code, message } = answer.failure;
    throw explainDatabaseError(Object.assign(new Error(message), { code }), this.#shownUrl);
  }

  #rollBack(): void {
    try {
      this.#ask({ text: 'ROLLBACK', values: [] });
    } catch {
      // the connection is gone, and the transaction with it; the first error is the one to tell
    }
  }

  #start(): Worker {
    const workerData = { driver: locatePg(), url: this.#url, start: connectionStart };
    const thread = new Worker(threadSource, { eval: true, execArgv: [], workerData });
    thread.unref();
    return thread;
  }
}
