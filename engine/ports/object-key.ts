import { invalidKey } from './object-errors.ts';
import { utf8Length } from './utf8-order.ts';

const MAX_KEY_BYTES = 1024;

/** Throws `INVALID_KEY` unless `key` is one that every object store can hold. */
export function checkObjectKey(key: string): void {
  checkText(key);
  if (key === '') throw invalidKey(key, 'it is empty');
  const bad = key.split('/').find(isBadSegment);
  if (bad !== undefined) throw invalidKey(key, bad === '' ? 'it has an empty segment' : `it has the segment "${bad}"`);
}

/** Throws `INVALID_KEY` unless some key can start with `prefix`: a prefix that never matches is a mistake, not an empty folder. */
export function checkObjectPrefix(prefix: string): void {
  checkText(prefix);
  const bad = prefix.split('/').slice(0, -1).find(isBadSegment);
  if (bad !== undefined)
    throw invalidKey(prefix, `no key starts with it, for it has ${bad === '' ? 'an empty segment' : `the segment "${bad}"`}`);
}

function checkText(text: string): void {
  if (!text.isWellFormed()) throw invalidKey(text, 'it holds half of a surrogate pair, which UTF-8 cannot write');
  if (text.includes('\0')) throw invalidKey(text, 'it holds a NUL character');
  // A UTF-16 unit takes at most three bytes: most keys need no count.
  if (text.length * 3 > MAX_KEY_BYTES && utf8Length(text) > MAX_KEY_BYTES) throw invalidKey(text, `it has ${utf8Length(text)} bytes`);
}

function isBadSegment(segment: string): boolean {
  return segment === '' || segment === '.' || segment === '..';
}
