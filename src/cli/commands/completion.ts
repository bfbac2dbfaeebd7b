import type { Execute } from '../command.ts';
import { commandGroups } from '../command-table.ts';
import { listCompletions } from '../completion/list-completions.ts';
import { renderBash } from '../completion/render-bash.ts';
import { renderFish } from '../completion/render-fish.ts';
import { renderZsh } from '../completion/render-zsh.ts';

/** `slipway completion <shell>`. */
export const completion: Execute = async ({ args, session }) => {
  const commands = listCompletions(commandGroups);
  const [shell] = args;
  await session.out.write(
    shell === 'bash' ? renderBash(commands) : shell === 'zsh' ? renderZsh(commands) : renderFish(commands),
  );
  return undefined;
};
