import type { OutputFormat } from '../../core/option-table.ts';
import type { Session } from '../session.ts';

/** One answer in every form it can be asked for. */
export interface View {
  /** What `-o json` and `-o yaml` print. */
  readonly data: () => unknown;
  /** What people read; `wide` asks for more columns. Ends with a newline. */
  readonly text: (wide: boolean) => string;
  /** What other commands take as an argument, one a line. */
  readonly names: () => readonly string[];
}

export interface OutputChoice {
  readonly output: OutputFormat;
  readonly json: boolean;
}

/** Whether the answer is for a program. */
export function isDocument(choice: OutputChoice): boolean {
  return choice.json || choice.output === 'json' || choice.output === 'yaml';
}

/** Prints an answer on stdout in the form asked for. */
export async function present(session: Session, choice: OutputChoice, view: View): Promise<void> {
  await session.out.write(await renderView(choice.json ? 'json' : choice.output, view));
}

async function renderView(format: OutputFormat, view: View): Promise<string> {
  switch (format) {
    case 'json':
      return `${JSON.stringify(view.data(), null, 2)}\n`;
    case 'yaml':
      return renderYaml(view.data());
    case 'name':
      return view
        .names()
        .map((name) => `${name}\n`)
        .join('');
    default:
      return view.text(format === 'wide');
  }
}

async function renderYaml(data: unknown): Promise<string> {
  const { stringify } = await import('yaml');
  // by way of JSON: no anchors for objects that occur twice, and what JSON leaves out is left out here
  return stringify(JSON.parse(JSON.stringify(data)), { lineWidth: 0 });
}
