import { createIpcChannel } from './process/ipc-channel.ts';
import { startRunner } from './runner/runner-session.ts';

startRunner(createIpcChannel());
