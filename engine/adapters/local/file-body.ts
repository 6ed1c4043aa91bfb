import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { ObjectChunks } from '../../ports/object-body.ts';

/** A file of this machine as the body of a put, with the SHA-256 of what it held when it was opened. */
export interface FileBody extends ObjectChunks {
  readonly sha256: string;
}

const CHUNK_BYTES = 1024 * 1024;

/** Reads the file once for its hash, and once more for each put. */
export async function openFileBody(path: string): Promise<FileBody> {
  const { size } = await stat(path);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) hash.update(chunk as Uint8Array);
  return { byteLength: size, sha256: hash.digest('hex'), [Symbol.iterator]: () => chunksOfFile(path) };
}

function* chunksOfFile(path: string): Generator<Uint8Array, void, undefined> {
  const file = openSync(path, 'r');
  try {
    for (;;) {
      const chunk = new Uint8Array(CHUNK_BYTES);
      const length = readSync(file, chunk);
      if (length === 0) return;
      yield chunk.subarray(0, length);
    }
  } finally {
    closeSync(file);
  }
}
