import { invalidItem, invalidMetadataKey, invalidTransaction, itemTooLarge } from './metadata-errors.ts';
import type { Check, MetadataItem, MetadataKey, TransactWrite } from './metadata-store.ts';
import { utf8Length } from './utf8-order.ts';

const MAX_ITEM_BYTES = 400 * 1024;
const MAX_PARTITION_BYTES = 2048;
const MAX_SORT_BYTES = 1024;
/** DynamoDB nests attributes no deeper. */
const MAX_DEPTH = 32;
const MAX_TRANSACT_KEYS = 100;

/** Throws `INVALID_KEY` unless every metadata store can hold an item under `key`. */
export function checkMetadataKey(key: MetadataKey): void {
  checkPart(key, 'partition', MAX_PARTITION_BYTES);
  checkPart(key, 'sort', MAX_SORT_BYTES);
}

/** Throws `INVALID_KEY` unless `partition` and a sort key that starts with `sortPrefix` can be stored. */
export function checkQuery(partition: string, sortPrefix: string): void {
  checkMetadataKey({ partition, sort: sortPrefix === '' ? '-' : sortPrefix });
}

/** The item's JSON. Throws `INVALID_ITEM` for what JSON would change or lose, `ITEM_TOO_LARGE` above 400 KB. */
export function encodeMetadataItem(key: MetadataKey, item: MetadataItem): string {
  checkValue({ key, path: 'the item', depth: 0 }, item);
  const expiry: unknown = item.expiresAtMs;
  if (expiry !== undefined && typeof expiry !== 'number') throw invalidItem(key, 'expiresAtMs', 'is not a number');
  const json = JSON.stringify(item);
  if (json.length * 3 > MAX_ITEM_BYTES) {
    const bytes = utf8Length(json);
    if (bytes > MAX_ITEM_BYTES) throw itemTooLarge(key, bytes);
  }
  return json;
}

/** Throws `INVALID_TRANSACTION` unless at most 100 keys are named, each once; `INVALID_KEY` for a key that cannot be stored. */
export function checkTransaction(checks: readonly Check[], writes: readonly TransactWrite[]): void {
  const count = checks.length + writes.length;
  if (count > MAX_TRANSACT_KEYS) throw invalidTransaction(`it names ${count} keys`);
  const seen = new Set<string>();
  for (const { key } of [...checks, ...writes]) {
    checkMetadataKey(key);
    const name = `${key.partition}\0${key.sort}`;
    if (seen.has(name)) throw invalidTransaction(`it names the key ${JSON.stringify(key.partition)} / ${JSON.stringify(key.sort)} twice`);
    seen.add(name);
  }
}

function checkPart(key: MetadataKey, part: 'partition' | 'sort', maxBytes: number): void {
  const text = key[part];
  if (text === '') throw invalidMetadataKey(key, `its ${part} is empty`);
  if (text.includes('\0')) throw invalidMetadataKey(key, `its ${part} holds a NUL character`);
  if (!text.isWellFormed()) throw invalidMetadataKey(key, `its ${part} holds half of a surrogate pair`);
  if (text.length * 3 > maxBytes && utf8Length(text) > maxBytes) throw invalidMetadataKey(key, `its ${part} has ${utf8Length(text)} bytes`);
}

interface Place {
  readonly key: MetadataKey;
  readonly path: string;
  readonly depth: number;
}

function checkValue(place: Place, value: unknown): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw invalidItem(place.key, place.path, `is ${value}`);
    return;
  }
  if (typeof value !== 'object') throw invalidItem(place.key, place.path, `is ${value === undefined ? 'undefined' : `a ${typeof value}`}`);
  if (place.depth === MAX_DEPTH) throw invalidItem(place.key, place.path, `is nested deeper than ${MAX_DEPTH} levels`);
  checkChildren(place, value);
}

function checkChildren(place: Place, value: object): void {
  const below = (name: string): Place => ({
    key: place.key,
    path: place.depth === 0 ? name : `${place.path}.${name}`,
    depth: place.depth + 1,
  });
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) checkValue(below(String(i)), value[i]);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw invalidItem(place.key, place.path, 'is not a plain object');
  for (const [name, child] of Object.entries(value)) checkValue(below(name), child);
}
