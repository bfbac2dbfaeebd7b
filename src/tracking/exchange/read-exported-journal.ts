import path from 'node:path';
import { exists } from '../artifact-files.ts';
import { invalidExport } from '../errors.ts';
import type { JournalEvent } from '../journal-event.ts';
import { readWholeJournal } from '../read-journal.ts';
import type { ExportManifest } from './export-manifest.ts';

/**
 * The events of an exported run, as those of this project.
 * @throws INVALID_EXPORT, JOURNAL_CORRUPT
 */
export async function readExportedJournal(
  source: string,
  manifest: ExportManifest,
  run: { readonly uid: string; readonly project: string },
): Promise<readonly JournalEvent[]> {
  const file = path.join(source, 'runs', run.uid, 'events.jsonl');
  if (!(await exists(file)))
    throw invalidExport(`export "${source}" has no journal of run "${run.uid}"`, {
      hint: 'copy the folder again, completely',
    });
  const { events } = readWholeJournal(file);
  if (manifest.project === run.project) return events;
  return events.map((event) => intoProject(event, manifest.project, run.project));
}

function intoProject(event: JournalEvent, from: string, to: string): JournalEvent {
  if (event.kind === 'created') return { ...event, project: to };
  if (event.kind !== 'artifact') return event;
  const uri = event.artifact.uri.replace(`store://${from}/`, `store://${to}/`);
  return { ...event, artifact: { ...event.artifact, uri } };
}
