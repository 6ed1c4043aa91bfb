/**
 * The string form of a record in a text file.
 *
 * Strings as they are; numbers, bigints, booleans, null, undefined and symbols as `String` gives them; dates as ISO 8601; errors as
 * `Name: message`; everything else as JSON, in which a bigint is a string, a Map the array of its entries, a Set and a typed array the
 * array of their elements. As JSON has it, NaN and infinities inside become null, and undefined inside an array too.
 */
export function lineOf(record: unknown): string {
  if (typeof record === 'string') return record;
  if (typeof record !== 'object' || record === null) return String(record);
  if (record instanceof Date) return Number.isNaN(record.getTime()) ? 'Invalid Date' : record.toISOString();
  if (record instanceof Error) return String(record);
  return JSON.stringify(record, jsonValue) ?? 'undefined';
}

/** A record as JSON, values inside as in {@link lineOf}. Throws for what JSON has no form for: undefined, functions, symbols. */
export function jsonLineOf(record: unknown): string {
  const text = JSON.stringify(typeof record === 'bigint' ? String(record) : record, jsonValue);
  if (text === undefined) throw new TypeError(`${typeof record} has no form in JSON`);
  return text;
}

function jsonValue(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Map || value instanceof Set) return [...value];
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return Array.from(value as Uint8Array);
  return value;
}
