import { crc32 } from 'node:zlib';
import { LevinError } from '../engine/errors/levin-error.ts';
import { readVarint, varintLength, writeVarint } from '../engine/records/varint.ts';

/**
 * What a map task writes: one object.
 * ```
 * blocks of partition 0 │ blocks of partition 1 │ … │ lengths of the partitions as varints │ tail
 * tail, 20 bytes: u32 number of partitions, u32 bytes of the varints, u8 version 1, 3 × 0,
 *                 u32 CRC-32 over the varints and the tail before it, "LVSO"
 * ```
 * Adjacent partitions are one range; an empty partition has no bytes. Offsets count from the object's start.
 */
export const TAIL_BYTES = 20;

const MAGIC = 0x4c56534f;
const VERSION = 1;

export interface MapOutputTail {
  readonly partitionCount: number;
  readonly indexBytes: number;
}

/** Varints and tail that follow the last partition. */
export function encodeFooter(offsets: readonly number[]): Uint8Array {
  let indexBytes = 0;
  for (let i = 1; i < offsets.length; i++) indexBytes += varintLength((offsets[i] as number) - (offsets[i - 1] as number));
  const footer = new Uint8Array(indexBytes + TAIL_BYTES);
  let position = 0;
  for (let i = 1; i < offsets.length; i++) position = writeVarint(footer, position, (offsets[i] as number) - (offsets[i - 1] as number));
  const view = new DataView(footer.buffer);
  view.setUint32(indexBytes, offsets.length - 1);
  view.setUint32(indexBytes + 4, indexBytes);
  view.setUint8(indexBytes + 8, VERSION);
  view.setUint32(indexBytes + 12, crc32(footer.subarray(0, indexBytes + 12)));
  view.setUint32(indexBytes + 16, MAGIC);
  return footer;
}

/** Reads the tail at the end of `bytes`, so that the reader knows how much index stands before it. */
export function decodeTail(key: string, bytes: Uint8Array): MapOutputTail {
  if (bytes.byteLength < TAIL_BYTES) throw corruptOutput(key, `it has ${bytes.byteLength} bytes, its tail alone needs ${TAIL_BYTES}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset + bytes.byteLength - TAIL_BYTES, TAIL_BYTES);
  if (view.getUint32(16) !== MAGIC) throw corruptOutput(key, 'it does not end with the mark of a map output');
  return { partitionCount: view.getUint32(0), indexBytes: view.getUint32(4) };
}

/** The offsets out of a footer that is all of `footer`, for an object of `objectBytes` bytes. */
export function decodeFooter(key: string, footer: Uint8Array, objectBytes: number): number[] {
  const { partitionCount, indexBytes } = decodeTail(key, footer);
  const view = new DataView(footer.buffer, footer.byteOffset, footer.byteLength);
  if (footer.byteLength !== indexBytes + TAIL_BYTES || view.getUint32(indexBytes + 12) !== crc32(footer.subarray(0, indexBytes + 12))) {
    throw corruptOutput(key, 'the checksum of its index is wrong');
  }
  if (view.getUint8(indexBytes + 8) !== VERSION) throw unsupportedVersion(key, view.getUint8(indexBytes + 8));
  const offsets = [0];
  const index = footer.subarray(0, indexBytes);
  const cursor = { at: 0 };
  let end = 0;
  for (let partition = 0; partition < partitionCount; partition++) {
    const length = readVarint(index, cursor);
    if (length < 0) throw corruptOutput(key, `its index ends before partition ${partition} of ${partitionCount}`);
    end += length;
    offsets.push(end);
  }
  if (cursor.at !== indexBytes || end !== objectBytes - footer.byteLength)
    throw corruptOutput(key, `its index covers ${end} bytes, not what it holds`);
  return offsets;
}

export function corruptOutput(key: string, what: string): LevinError {
  return new LevinError({
    code: 'CORRUPT_DATA',
    fault: 'transient',
    message: `The map output ${key} is damaged: ${what}. Read it again, or let its producer run again.`,
    details: { key },
  });
}

function unsupportedVersion(key: string, version: number): LevinError {
  return new LevinError({
    code: 'UNSUPPORTED_FORMAT',
    fault: 'internal',
    message: `The map output ${key} has format version ${version}; this version of levin reads ${VERSION}. Run driver and executors with the same version of levin.`,
  });
}
