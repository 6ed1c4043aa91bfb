import { Buffer } from 'node:buffer';
import { corrupt } from '../wire/byte-reader.ts';
import { SHORT_STRING, SMALL_INT, TAG } from '../wire/tags.ts';
import { type Decoder, PENDING, unusedCode, WITHOUT_CLASS } from './decoder.ts';
import { openNode } from './open-node.ts';
import { readSymbol } from './read-shape.ts';

/** Reads one value: itself, OPENED when its children come next, or PENDING when it does not exist yet. */
export function readValue(d: Decoder): unknown {
  const tag = d.reader.u8();
  if (tag >= SMALL_INT) return tag - SMALL_INT;
  if (tag >= SHORT_STRING) return d.reader.stringAfter(tag);
  switch (tag) {
    case TAG.UNDEFINED:
      return undefined;
    case TAG.NULL:
      return null;
    case TAG.TRUE:
      return true;
    case TAG.FALSE:
      return false;
    case TAG.INT: {
      const zigzag = d.reader.varint();
      return (zigzag >>> 1) ^ -(zigzag & 1);
    }
    case TAG.F64:
      return d.reader.f64();
    case TAG.UTF8:
    case TAG.UTF16:
      return d.reader.stringAfter(tag);
    case TAG.BIGINT:
      return readBigInt(d);
    case TAG.SYMBOL:
    case TAG.WELL_KNOWN_SYMBOL:
      return readSymbol(d, tag);
    case TAG.REF:
      return readReference(d);
    default:
      return openNode(d, tag);
  }
}

function readBigInt(d: Decoder): bigint {
  const isNegative = d.reader.u8() === 1;
  const magnitude = d.reader.bytes(d.reader.count(1));
  if (magnitude.length > MAX_BIGINT_BYTES) throw corrupt(`a bigint of ${magnitude.length} bytes`);
  const value = BigInt(`0x0${Buffer.from(magnitude).reverse().toString('hex')}`);
  return isNegative ? -value : value;
}

/** The engine's own limit is 2^30 bits. */
const MAX_BIGINT_BYTES = 2 ** 27;

function readReference(d: Decoder): unknown {
  const id = d.reader.varint();
  if (id >= d.nodes.length) throw corrupt(`node ${id} of ${d.nodes.length}`);
  const value = d.nodes[id];
  if (value === PENDING) d.pendingId = id;
  if (value === unusedCode && d.knownClassDepth === 0 && isClassSlot(d) === false) throw corrupt(`node ${id} is code`);
  if (value !== WITHOUT_CLASS) return value;
  const shell = {};
  d.nodes[id] = shell;
  return shell;
}

function isClassSlot(d: Decoder): boolean {
  const parent = d.frames[d.frames.length - 1];
  return parent !== undefined && parent.taken === 0;
}
