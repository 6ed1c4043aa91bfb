import { bodyLengthDiffers } from './object-errors.ts';

/**
 * A body in pieces, for objects that need not stand in memory whole.
 * It may be iterated more than once, for a put that is tried again, and gives the same bytes each time.
 * A chunk must not change until the next one is asked for; after that its buffer may be used for another.
 */
export interface ObjectChunks extends Iterable<Uint8Array> {
  /** Bytes of all chunks together. */
  readonly byteLength: number;
}

export type ObjectBody = Uint8Array | ObjectChunks;

/** The body's pieces. Throws `BODY_LENGTH_DIFFERS` after the last one, or before one too many, when they are not as long as announced. */
export function* chunksOf(key: string, body: ObjectBody): Generator<Uint8Array, void, undefined> {
  if (body instanceof Uint8Array) {
    yield body;
    return;
  }
  let given = 0;
  for (const chunk of body) {
    given += chunk.byteLength;
    if (given > body.byteLength) break;
    yield chunk;
  }
  if (given !== body.byteLength) throw bodyLengthDiffers(key, body.byteLength, given);
}

/** A copy of the body in one piece. */
export function wholeBody(key: string, body: ObjectBody): Uint8Array {
  if (body instanceof Uint8Array) return new Uint8Array(body);
  const whole = new Uint8Array(body.byteLength);
  let position = 0;
  for (const chunk of chunksOf(key, body)) {
    whole.set(chunk, position);
    position += chunk.byteLength;
  }
  return whole;
}
