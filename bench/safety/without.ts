/**
 * Loaded before levin (`--import`), in every thread: levin as it would be if it trusted the world. Functions that only notice or survive faults are replaced in the
 * built package as it is loaded; what it computes is the same. A text that is not found where it is replaced is an error: then this measures nothing.
 */
import { registerHooks } from 'node:module';

const REPLACED: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  // The hash of each record, for checksums of outputs.
  'engine/records/record-sink.js': [
    ['export function hashWritten(sink) {', 'export function hashWritten(sink) {\n    return;'],
    ['export function hashWrittenContent(sink) {', 'export function hashWrittenContent(sink) {\n    return;'],
    ['sink.hash = Math.imul(sink.hash ^ word, FNV_PRIME);', ''],
  ],
  'engine/records/record-checksum.js': [
    ['export function addToChecksum(checksum, hash) {', 'export function addToChecksum(checksum, hash) {\n    return;'],
  ],
  // CRC-32 of blocks, written and read, of tails of map outputs, of part files and of rows.
  'engine/records/block-format.js': [["import { crc32 } from 'node:zlib';", 'const crc32 = () => 0;']],
  'shuffle/map-output-format.js': [["import { crc32 } from 'node:zlib';", 'const crc32 = () => 0;']],
  'engine/runtime/sinks/part-file.js': [["import { crc32 } from 'node:zlib';", 'const crc32 = () => 0;']],
  'engine/adapters/local/sqlite-row.js': [["import { crc32 } from 'node:zlib';", 'const crc32 = () => 0;']],
  // Journal, lease and commits are forgotten with the process, and nobody looks them through.
  'engine/adapters/local/sqlite-open.js': [['(path, { timeout: OPEN_PATIENCE_MS })', "(':memory:')"]],
};

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    const name = Object.keys(REPLACED).find((file) => url.endsWith(`/dist/${file}`));
    if (name === undefined) return loaded;
    const { source: read = '' } = loaded;
    let source = typeof read === 'string' || read === null ? (read ?? '') : new TextDecoder().decode(read);
    for (const [from, to] of REPLACED[name] ?? []) {
      if (!source.includes(from)) throw new Error(`bench/safety/without.ts: ${name} has no ${from}`);
      source = source.replace(from, to);
    }
    return { ...loaded, source };
  },
});
