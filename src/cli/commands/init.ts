import path from 'node:path';
import type { OptionValues } from '../../core/option-table.ts';
import { type CreatedProject, createProject, projectTemplates } from '../../projects/create-project.ts';
import type { Execute } from '../command.ts';
import { interrupted } from '../errors.ts';
import { isDocument, present } from '../output/present.ts';
import type { Session } from '../session.ts';

type InitOptions = Pick<OptionValues, 'name' | 'template' | 'yes' | 'output' | 'json'>;

/** `slipway init [folder]`: asks for name and template on a terminal, takes the defaults elsewhere. */
export const init: Execute<keyof InitOptions> = async ({ args, options, session }) => {
  const [folder = '.'] = args;
  const asks = session.interactive && !options.yes && !isDocument(options);
  const chosen = asks ? await ask(folder, options, session) : options;
  const created = createProject({
    directory: path.resolve(session.directory, folder),
    ...(chosen.name === undefined ? {} : { name: chosen.name }),
    ...(chosen.template === undefined ? {} : { template: chosen.template }),
  });
  await present(session, options, {
    data: () => created,
    text: () => renderCreated(created, folder),
    names: () => [created.name],
  });
  return undefined;
};

async function ask(
  folder: string,
  options: InitOptions,
  session: Session,
): Promise<Pick<InitOptions, 'name' | 'template'>> {
  const { isCancel, select, text } = await import('@clack/prompts');
  const output = process.stderr;
  const name =
    options.name ??
    (await text({
      message: 'Name of the project',
      initialValue: path.basename(path.resolve(session.directory, folder)),
      output,
    }));
  if (isCancel(name)) throw cancelled();
  const template =
    options.template ??
    (await select({
      message: 'Where do you write your functions?',
      options: projectTemplates.map((value) => ({ value })),
      output,
    }));
  if (isCancel(template)) throw cancelled();
  return { name, template };
}

const cancelled = (): Error =>
  interrupted('nothing was written', { hint: 'give --yes to take the defaults' });

function renderCreated(created: CreatedProject, folder: string): string {
  const enter = path.normalize(folder) === '.' ? '' : `cd ${folder} && `;
  return [
    `project "${created.name}" written: ${created.files.join(', ')}`,
    '',
    `next: ${enter}slipway pipeline run ${created.pipeline}`,
    '',
  ].join('\n');
}
