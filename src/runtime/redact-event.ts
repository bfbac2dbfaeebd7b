import type { ErrorRecord } from '../core/error.ts';
import type { Json } from '../core/json.ts';
import type { EventBody } from '../tracking/journal-event.ts';
import type { RunWriter } from '../tracking/store.ts';
import type { Redactor } from './redactor.ts';

/** The same writer, but what users wrote into an event has the secrets hidden. Digests, uids and URIs stay as they are. */
export function createRedactingWriter(writer: RunWriter, redactor: Redactor): RunWriter {
  if (!redactor.active) return writer;
  return {
    uid: writer.uid,
    get lastSeq() {
      return writer.lastSeq;
    },
    directory: writer.directory,
    logFile: writer.logFile,
    append: (event) => writer.append(redactEvent(event, redactor)),
    record: () => writer.record(),
    close: () => writer.close(),
  };
}

/** The event with secrets hidden in everything that user code can have written. */
export function redactEvent(event: EventBody, redactor: Redactor): EventBody {
  if (!redactor.active) return event;
  const { text, json } = redactor;
  switch (event.kind) {
    case 'created':
      return { ...event, params: json(event.params), labels: json(event.labels) };
    case 'param':
    case 'result':
      return { ...event, key: text(event.key), value: json(event.value) };
    case 'label':
      return { ...event, key: text(event.key), value: text(event.value) };
    case 'metric':
      return { ...event, key: text(event.key), ...(event.context ? { context: json(event.context) } : {}) };
    case 'commit':
      return { ...event, message: text(event.message) };
    case 'state':
      return {
        ...event,
        ...(event.error ? { error: redactError(event.error, redactor) } : {}),
        ...(event.reason === undefined ? {} : { reason: text(event.reason) }),
      };
    case 'attempt':
      return { ...event, error: redactError(event.error, redactor) };
    case 'artifact': {
      const { metadata, labels } = event.artifact;
      const hidden = {
        ...(metadata ? { metadata: json(metadata) } : {}),
        ...(labels ? { labels: json(labels) } : {}),
      };
      return { ...event, artifact: { ...event.artifact, ...hidden } };
    }
    default:
      return event;
  }
}

/** An error record with the secrets hidden in its texts. */
export function redactError(error: ErrorRecord, redactor: Redactor): ErrorRecord {
  // code, kind and positions are ours; everything else can quote user text
  const { code, kind, line, column, cell, ...texts } = error;
  const hidden = redactor.json(texts as unknown as Json) as unknown as Omit<ErrorRecord, 'code'>;
  const kept = { kind, line, column, cell };
  return {
    code,
    ...Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)),
    ...hidden,
  };
}
