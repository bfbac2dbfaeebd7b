/** How the text of an option is read. `pair` is `key=value`, repeatable; `list` any text, repeatable; `bytes` takes `512Mi`, `2G`. */
export type OptionType =
  | 'flag'
  | 'text'
  | 'integer'
  | 'number'
  | 'duration'
  | 'bytes'
  | 'choice'
  | 'pair'
  | 'list';

/** What `-o` takes. */
export type OutputFormat = 'table' | 'wide' | 'json' | 'yaml' | 'name';

/** Where one option can be given, and what it means. Help, completion, docs/cli.md and `slipway config` come from these. */
export interface OptionEntry {
  readonly type: OptionType;
  /** Long flag, e.g. `--param`. */
  readonly flag?: string;
  /** One-letter flag, e.g. `-p`. */
  readonly short?: string;
  /** Placeholder in help; absent for flags. */
  readonly value?: string;
  readonly choices?: readonly string[];
  /** Whether a whole number may be negative, as one that counts may not. */
  readonly signed?: boolean;
  readonly env?: `SLIPWAY_${string}`;
  /** Key in project.yaml; dots go into nested keys. */
  readonly project?: string;
  /** Key in the user's config.yaml. */
  readonly user?: string;
  readonly default?: string | number | boolean;
  /** Whether its value may hold a password, so that it is never shown. */
  readonly confidential?: boolean;
  readonly doc: string;
}
