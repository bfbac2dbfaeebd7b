import { listHub } from '../../hub/list-hub.ts';
import type { Execute } from '../command.ts';
import { present } from '../output/present.ts';
import { renderTable } from '../output/render-table.ts';

/** `slipway hub list`. */
export const hubList: Execute<'output' | 'json'> = async ({ options, session }) => {
  const items = await listHub();
  const { colors, width } = session.out;
  await present(session, options, {
    data: () =>
      items.map(({ name, version, description, categories }) => ({
        name,
        version,
        description,
        categories,
        uri: `hub://${name}:${version}`,
      })),
    text: (wide) =>
      renderTable(
        items,
        [
          { title: 'NAME', cell: (item) => `hub://${item.name}`, style: colors.bold },
          { title: 'VERSION', cell: (item) => item.version },
          ...(wide
            ? [{ title: 'CATEGORIES', cell: (item: (typeof items)[number]) => item.categories.join(' ') }]
            : []),
          { title: 'DESCRIPTION', cell: (item) => item.description, shrinks: true },
        ],
        { width: wide ? undefined : width, heading: colors.dim },
      ),
    names: () => items.map((item) => `hub://${item.name}`),
  });
  return undefined;
};
