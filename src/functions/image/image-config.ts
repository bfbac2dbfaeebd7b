import { defaultUser, entrypoint, layout } from './layers/image-layout.ts';
import type { BaseImage, ImageLayer } from './oci/image.ts';
import type { ImageConfig, ImageHistory } from './oci/manifest.ts';

export interface ImageConfigParts {
  readonly base: BaseImage;
  /** Ours, on top of the base's, with what made each. */
  readonly layers: readonly { readonly layer: ImageLayer; readonly madeBy: string }[];
  readonly env: Readonly<Record<string, string>>;
  readonly user?: string | undefined;
  /** @default the runner of functions */
  readonly entrypoint?: readonly string[];
  /** Arguments where a container is given none. @default none */
  readonly command?: readonly string[];
  /** Working directory. @default the one that runs work in */
  readonly workingDirectory?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** ISO 8601. */
  readonly created: string;
}

/** The config of an image: the base's, with our layers, entry point, user, working directory, environment and labels. */
export function renderImageConfig(parts: ImageConfigParts): ImageConfig {
  const { base, layers, created } = parts;
  const { config = {} } = base.config;
  const { Cmd: _cmd, ...kept } = config;
  return {
    created,
    architecture: base.platform.architecture,
    os: base.platform.os,
    ...(base.config['os.version'] === undefined ? {} : { 'os.version': base.config['os.version'] }),
    ...(base.platform.variant === undefined ? {} : { variant: base.platform.variant }),
    config: {
      ...kept,
      User: parts.user ?? defaultUser,
      Env: mergeEnvironment(config.Env ?? [], parts.env),
      Entrypoint: parts.entrypoint ?? entrypoint,
      ...(parts.command === undefined ? {} : { Cmd: parts.command }),
      WorkingDir: parts.workingDirectory ?? `/${layout.work}`,
      Labels: sorted({ ...(config.Labels ?? {}), ...parts.labels }),
    },
    rootfs: {
      type: 'layers',
      diff_ids: [...base.layers, ...layers.map(({ layer }) => layer)].map(({ diffId }) => diffId),
    },
    history: [
      ...baseHistory(base),
      ...layers.map(({ madeBy }): ImageHistory => ({ created, created_by: madeBy })),
    ],
  };
}

/** One line for each layer of the base: readers refuse a history that does not fit the layers. */
function baseHistory({ config, layers, reference }: BaseImage): readonly ImageHistory[] {
  const history = config.history ?? [];
  if (history.filter((line) => !line.empty_layer).length === layers.length) return history;
  return layers.map(() => ({ created_by: `base ${reference}` }));
}

/** The base's variables in their order, overridden where given, then the others by name. */
function mergeEnvironment(
  base: readonly string[],
  given: Readonly<Record<string, string>>,
): readonly string[] {
  const values = new Map(base.map((line) => [line.split('=', 1)[0] ?? line, line]));
  for (const [name, value] of Object.entries(sorted(given))) values.set(name, `${name}=${value}`);
  return [...values.values()];
}

function sorted(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
}
