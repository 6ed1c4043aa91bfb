import { crc32 } from 'node:zlib';

// The data of the size scenarios: record i is a function of i, so that any process can make it and nothing is stored.

/** 64 KB of text without a period that a value could repeat. */
const POOL = Array.from({ length: 8192 }, (_, i) => mixed(i).toString(16).padStart(8, '0')).join('');

/** In no order: 16 hexadecimal digits. */
export function keyOf(i: number): string {
  return (
    mixed(i).toString(16).padStart(8, '0') +
    mixed(i ^ 0x5bd1e995)
      .toString(16)
      .padStart(8, '0')
  );
}

/** Of `keyOf(i)`'s record: begins with i. */
export function textOf(i: number, bytes: number): string {
  const from = mixed(i + 7) % (POOL.length - bytes);
  return `${i}:${POOL.slice(from, from + bytes - 10)}`;
}

/** Sums of these (24 bits each, so that they stay exact) do not depend on the order of records, and change with any character of one. */
export function recordHash(key: string, value: string): number {
  return crc32(value, crc32(key)) >>> 8;
}

function mixed(value: number): number {
  let h = value ^ (value >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
