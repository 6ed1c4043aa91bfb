import type { ObjectStore } from '../engine/ports/object-store.ts';
import { corruptOutput, decodeFooter, decodeTail, TAIL_BYTES } from './map-output-format.ts';

/** Holds the footer of some thousand partitions: most objects need no second read. */
const FIRST_READ_BYTES = 16_384;

/** Reads the partition offsets out of a map output's tail. Throws `CORRUPT_DATA` when that is not what the object is. */
export async function readOffsets(objects: ObjectStore, key: string): Promise<readonly number[]> {
  const { size } = await objects.head(key);
  const end = await objects.getRange(key, Math.max(0, size - FIRST_READ_BYTES), size);
  const footerBytes = decodeTail(key, end).indexBytes + TAIL_BYTES;
  if (footerBytes > size) throw corruptOutput(key, `its index would have ${footerBytes} bytes, the object has ${size}`);
  const footer =
    footerBytes <= end.byteLength ? end.subarray(end.byteLength - footerBytes) : await objects.getRange(key, size - footerBytes, size);
  return decodeFooter(key, footer, size);
}
