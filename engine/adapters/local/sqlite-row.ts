import { crc32 } from 'node:zlib';
import type { MetadataItem, MetadataKey } from '../../ports/metadata-store.ts';
import { stateDamaged } from './sqlite-errors.ts';

const CHECKSUM_LENGTH = 8;

/** An item as it stands in the file: JSON and the CRC-32 of that and its key, for SQLite does not notice bytes that change within a row. */
export function rowText(key: MetadataKey, json: string): string {
  return json + checksumOf(key, json);
}

/** Fails with `STATE_CORRUPT` when the row is not what was written. */
export function rowItem(key: MetadataKey, row: unknown, file: string): MetadataItem {
  const text = String(row);
  const json = text.slice(0, -CHECKSUM_LENGTH);
  if (text.slice(-CHECKSUM_LENGTH) === checksumOf(key, json)) return JSON.parse(json) as MetadataItem;
  throw stateDamaged(file, `the item ${JSON.stringify(`${key.partition} ${key.sort}`)} is not what was written`);
}

function checksumOf({ partition, sort }: MetadataKey, json: string): string {
  return crc32(json, crc32(`${partition}\0${sort}\0`))
    .toString(16)
    .padStart(CHECKSUM_LENGTH, '0');
}
