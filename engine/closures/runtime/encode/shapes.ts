import { WELL_KNOWN_SYMBOLS } from '../builtins.ts';
import type { ByteWriter } from '../wire/byte-writer.ts';
import { TAG } from '../wire/tags.ts';
import { NotEncodable } from './not-encodable.ts';

interface Node {
  id: number;
  readonly next: Map<PropertyKey, Node>;
}

export interface ShapeWriter {
  /** Writes the number of a list of keys, and the list itself the first time. */
  write(keys: readonly PropertyKey[]): void;
}

/** Lists of property keys are written once; objects with the same keys in the same order share one. */
export function createShapeWriter(out: ByteWriter): ShapeWriter {
  const root: Node = { id: -1, next: new Map() };
  let count = 0;
  return {
    write(keys) {
      let node = root;
      for (const key of keys) {
        let next = node.next.get(key);
        if (next === undefined) {
          next = { id: -1, next: new Map() };
          node.next.set(key, next);
        }
        node = next;
      }
      if (node.id >= 0) return out.varint(node.id);
      node.id = count;
      count += 1;
      out.varint(node.id);
      out.varint(keys.length);
      for (const key of keys) {
        if (typeof key === 'symbol') writeSymbol(out, key);
        else out.string(String(key));
      }
    },
  };
}

/** Symbols travel by their place in a registry that both sides have. */
export function writeSymbol(out: ByteWriter, symbol: symbol): void {
  const registered = Symbol.keyFor(symbol);
  const wellKnown = WELL_KNOWN_SYMBOLS.get(symbol);
  if (registered !== undefined) {
    out.u8(TAG.SYMBOL);
    out.string(registered);
  } else if (wellKnown !== undefined) {
    out.u8(TAG.WELL_KNOWN_SYMBOL);
    out.string(wellKnown);
  } else {
    throw new NotEncodable(
      'UNIQUE_SYMBOL',
      `the unique symbol ${String(symbol)}; executors could not make the same one. Use Symbol.for(${JSON.stringify(symbol.description ?? '')})`,
    );
  }
}
