import { startRunner } from './process/runner-session.ts';

startRunner();
