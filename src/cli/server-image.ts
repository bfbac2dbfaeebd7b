import { runCommandLine } from './command-line.ts';
import { imageCommands } from './server/image-command.ts';

void runCommandLine(process.argv.slice(2), imageCommands);
