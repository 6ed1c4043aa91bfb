import { mixInt32 } from './hash-key.ts';

/**
 * Checksum over the bytes of records that does not depend on their order: sums of the records' hashes.
 * Two runs of a task that give the same records in another order have the same one.
 */
export interface RecordChecksum {
  /** Sum of the hashes modulo 2^32, as a signed integer. */
  low: number;
  /** Sum of the hashes, mixed once more, modulo 2^32, signed: differs where two sets of hashes have the same plain sum. */
  high: number;
}

export function addToChecksum(checksum: RecordChecksum, hash: number): void {
  const mixed = mixInt32(hash);
  checksum.low = (checksum.low + mixed) | 0;
  checksum.high = (checksum.high + mixInt32(mixed ^ 0x5bd1e995)) | 0;
}

/** 16 hex digits. */
export function checksumHex(checksum: RecordChecksum): string {
  return (checksum.high >>> 0).toString(16).padStart(8, '0') + (checksum.low >>> 0).toString(16).padStart(8, '0');
}
