import { startContainerRunner } from './runner/container-runner.ts';

startContainerRunner();
