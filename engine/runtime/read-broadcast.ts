import { createHash } from 'node:crypto';
import { LevinError } from '../errors/levin-error.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { BroadcastRef } from '../types/broadcast.ts';
import { objectKeys } from '../types/keys.ts';
import { readShared, SHARED_LOST } from './read-shared.ts';

/** Larger ones are read in ranges, so that they need not stand in memory twice. */
const RANGE_BYTES = 64 * 1024 * 1024;

/**
 * Reads the encoded value of a broadcast into memory that threads share, and verifies its hash. What is not there as it was stored is read once more, then it
 * fails with `SHARED_LOST`.
 */
export async function readBroadcast(objects: ObjectStore, appId: string, ref: BroadcastRef): Promise<Uint8Array> {
  const key = objectKeys.broadcast(appId, ref.hash);
  const read = (): Promise<Uint8Array> => readShared(key, () => readVerified(objects, key, ref));
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof LevinError) || error.code !== SHARED_LOST) throw error;
    return await read();
  }
}

async function readVerified(objects: ObjectStore, key: string, { hash, byteLength }: BroadcastRef): Promise<Uint8Array> {
  const shared = new Uint8Array(new SharedArrayBuffer(byteLength));
  const digest = createHash('sha256');
  for (let start = 0; start < byteLength; start += RANGE_BYTES) {
    const end = Math.min(byteLength, start + RANGE_BYTES);
    const whole = start === 0 && end === byteLength;
    const bytes = whole ? await objects.get(key) : await objects.getRange(key, start, end);
    if (bytes.byteLength !== end - start) throw corrupt(`It has ${bytes.byteLength} bytes instead of ${byteLength}.`);
    digest.update(bytes);
    shared.set(bytes, start);
  }
  if (digest.digest('hex') !== hash) throw corrupt('It does not have the SHA-256 that it is named by.');
  return shared;
}

function corrupt(message: string): LevinError {
  return new LevinError({ code: 'CORRUPT_DATA', fault: 'internal', message });
}
