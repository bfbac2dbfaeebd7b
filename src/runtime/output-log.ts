import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { explainDiskError } from '../core/atomic-file.ts';
import type { Redactor, StreamRedactor } from './redactor.ts';
import type { LogChunk } from './runtime.ts';

type StreamName = LogChunk['stream'];

interface Segment {
  readonly stream: StreamName;
  readonly start: number;
  end: number;
}

const readAtOnce = 256 * 1024;

/**
 * A run's output: written to its log file as it comes, secrets hidden, and readable live from the first byte by any number of
 * readers. Readers read the file, so a slow one costs neither memory nor time of the run.
 */
export class OutputLog {
  readonly file: string;
  readonly #redactor: Redactor;
  readonly #streams: Readonly<Record<StreamName, { decoder: StringDecoder; redactor: StreamRedactor }>>;
  readonly #onWritten: ((stream: StreamName, bytes: Uint8Array) => void) | undefined;
  readonly #segments: Segment[] = [];
  readonly #waiting: (() => void)[] = [];
  #handle: number | undefined;
  #start = 0;
  #size = 0;
  #ended = false;

  /** @param onWritten hears of everything that is written, as it is written */
  constructor(file: string, redactor: Redactor, onWritten?: (stream: StreamName, bytes: Uint8Array) => void) {
    this.file = file;
    this.#redactor = redactor;
    this.#onWritten = onWritten;
    this.#streams = { stdout: this.#openStream(), stderr: this.#openStream() };
  }

  /** Takes the next bytes or text of a stream; a character or a secret may be cut at its end. */
  write(stream: StreamName, data: Uint8Array | string): void {
    if (this.#ended || data.length === 0) return;
    if (!this.#redactor.active) {
      this.#append(stream, data);
      return;
    }
    const { decoder, redactor } = this.#streams[stream];
    const text =
      typeof data === 'string'
        ? data
        : decoder.write(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    this.#append(stream, redactor.push(text));
  }

  /** Everything has come: writes what was held back and lets readers finish. */
  end(): void {
    if (this.#ended) return;
    for (const stream of ['stdout', 'stderr'] as const) {
      const { decoder, redactor } = this.#streams[stream];
      this.#append(stream, redactor.push(decoder.end()) + redactor.end());
    }
    this.#ended = true;
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
    this.#wake();
  }

  /** The output from the beginning, as it comes, until `end`. */
  async *chunks(): AsyncIterable<LogChunk> {
    const decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };
    let position = 0;
    for (let index = 0; ; ) {
      const segment = this.#segments[index];
      if (segment !== undefined && position < segment.end) {
        const bytes = this.#read(Math.max(position, segment.start), segment.end);
        position = Math.max(position, segment.start) + bytes.length;
        const text = decoders[segment.stream].write(bytes);
        if (text !== '') yield { stream: segment.stream, text };
      } else if (segment !== undefined && index < this.#segments.length - 1) index++;
      else if (this.#ended) return;
      else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #openStream(): { decoder: StringDecoder; redactor: StreamRedactor } {
    return { decoder: new StringDecoder('utf8'), redactor: this.#redactor.stream() };
  }

  #append(stream: StreamName, data: Uint8Array | string): void {
    if (data.length === 0) return;
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    const handle = this.#open();
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(handle, bytes, written);
    } catch (error) {
      throw explainDiskError(error, this.file);
    }
    const last = this.#segments.at(-1);
    if (last?.stream === stream) last.end += bytes.length;
    else this.#segments.push({ stream, start: this.#size, end: this.#size + bytes.length });
    this.#size += bytes.length;
    this.#onWritten?.(stream, bytes);
    this.#wake();
  }

  /** Opened with the first output: most trials of a sweep print nothing. */
  #open(): number {
    if (this.#handle === undefined) {
      this.#handle = openSync(this.file, 'a');
      // another attempt's output may stand before ours
      this.#start = fstatSync(this.#handle).size;
    }
    return this.#handle;
  }

  #read(start: number, end: number): Buffer {
    const buffer = Buffer.allocUnsafe(Math.min(end - start, readAtOnce));
    const handle = openSync(this.file, 'r');
    try {
      return buffer.subarray(0, readSync(handle, buffer, 0, buffer.length, this.#start + start));
    } finally {
      closeSync(handle);
    }
  }

  #wake(): void {
    for (const resume of this.#waiting.splice(0)) resume();
  }
}
