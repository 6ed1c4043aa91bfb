import { WELL_KNOWN_SYMBOLS } from '../builtins.ts';
import { corrupt } from '../wire/byte-reader.ts';
import { TAG } from '../wire/tags.ts';
import type { Decoder } from './decoder.ts';

/** The keys of an object: by number, or the list itself the first time. */
export function readShape(d: Decoder): readonly PropertyKey[] {
  const number = d.reader.varint();
  const known = d.shapes[number];
  if (known !== undefined) return known;
  if (number !== d.shapes.length) throw corrupt(`list of keys ${number} of ${d.shapes.length}`);
  const keys: PropertyKey[] = [];
  for (let left = d.reader.count(1); left > 0; left -= 1) {
    const tag = d.reader.u8();
    keys.push(tag === TAG.SYMBOL || tag === TAG.WELL_KNOWN_SYMBOL ? readSymbol(d, tag) : d.reader.stringAfter(tag));
  }
  d.shapes.push(keys);
  return keys;
}

export function readSymbol(d: Decoder, tag: number): symbol {
  const name = d.reader.string();
  if (tag === TAG.SYMBOL) return Symbol.for(name);
  for (const [symbol, known] of WELL_KNOWN_SYMBOLS) if (known === name) return symbol;
  throw corrupt(`Symbol has no symbol ${name}`);
}
