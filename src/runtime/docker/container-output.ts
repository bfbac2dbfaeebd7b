import type { LogChunk } from '../runtime.ts';

const headerLength = 8;
const stderrId = 2;

/**
 * Takes apart what a daemon sends of a container's two streams over one connection: frames of a header (stream, length) and bytes.
 * Gives a function for the pieces as they come, cut anywhere.
 */
export function createOutputReader(
  take: (stream: LogChunk['stream'], data: Buffer) => void,
): (piece: Buffer) => void {
  let header = Buffer.alloc(0);
  let stream: LogChunk['stream'] = 'stdout';
  let left = 0;
  return (piece) => {
    for (let at = 0; at < piece.length; ) {
      if (left === 0) {
        const part = piece.subarray(at, at + headerLength - header.length);
        header = Buffer.concat([header, part]);
        at += part.length;
        if (header.length < headerLength) return;
        stream = header[0] === stderrId ? 'stderr' : 'stdout';
        left = header.readUInt32BE(4);
        header = Buffer.alloc(0);
      } else {
        const part = piece.subarray(at, at + left);
        left -= part.length;
        at += part.length;
        take(stream, part);
      }
    }
  };
}
