// Runs cells in tslab 1.0.22's own converter, executor and handler, none of which are public: the only file that knows them.
// Reads cells as JSON lines from stdin, answers each with a JSON line on descriptor 3. SIGINT interrupts as in the kernel.
const { createInterface } = require('node:readline');
const { writeSync } = require('node:fs');
const path = require('node:path');

const { createConverter } = require(path.join(process.argv[2], 'converter.js'));
const { createExecutor } = require(path.join(process.argv[2], 'executor.js'));
const { JupyterHandlerImpl } = require(path.join(process.argv[2], 'jupyter.js'));

const own = process.stderr.write.bind(process.stderr);
const answer = (message) => {
  const bytes = Buffer.from(`${JSON.stringify(message)}\n`);
  for (let sent = 0; sent < bytes.length; ) {
    try {
      sent += writeSync(3, bytes, sent);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
};

const node = createConverter({ isJS: false, isBrowser: false });
const executor = createExecutor(process.cwd(), { node, browser: node, close() {} }, {
  log: (...parts) => console.log(...parts),
  error: (...parts) => console.error(...parts),
});
const handler = new JupyterHandlerImpl(executor, false);

process.on('SIGINT', () => executor.interrupt());
process.on('uncaughtException', (error) => console.error('UncaughtException:', error));
process.on('unhandledRejection', (reason) => console.error('UnhandledPromiseRejection:', reason));

async function execute({ id, code }) {
  const started = process.hrtime.bigint();
  const writeStream = (name, text) => answer({ id, kind: 'stream', name, text });
  const writeDisplay = ({ data, transient }, update) =>
    answer({ id, kind: 'display', data, update: update === true, display: transient?.display_id, at: Date.now() });
  const { status } = await handler.handleExecute({ code }, writeStream, writeDisplay);
  // after an error the kernel refuses what comes within 200 ms; the next cell here is sent by somebody who has seen the error
  if (status === 'error') handler.execQueue.reset();
  const milliseconds = Number(process.hrtime.bigint() - started) / 1e6;
  answer({ id, kind: 'reply', status, milliseconds });
}

createInterface({ input: process.stdin })
  .on('line', (line) => void execute(JSON.parse(line)).catch((error) => own(`${error.stack}\n`)))
  .on('close', () => process.exit(0));
answer({ kind: 'ready' });
