import { LevinError } from '../../../errors/levin-error.ts';
import { corrupt } from '../wire/byte-reader.ts';
import { type PayloadKind, readHeader } from '../wire/header.ts';
import { type Decoder, OPENED, PENDING, type Side } from './decoder.ts';
import type { DecodeFrame } from './frame.ts';
import { placeNext } from './place.ts';
import { readValue } from './read-value.ts';
import { breakCycles, closeFrame } from './settle.ts';

/**
 * Makes the graph that `encodeGraph` wrote, with an explicit stack. Objects exist before their children, functions after theirs;
 * cycles close through gaps that are filled when the missing node is made.
 *
 * @throws LevinError `CORRUPT_DATA`, `PAYLOAD_MISMATCH`, `MODULES_NOT_LOADED`, `UNKNOWN_CODE`, `CLOSURE_REBUILD_FAILED`
 */
export function decodeGraph(bytes: Uint8Array, o: { readonly kind: PayloadKind; readonly side: Side }): unknown {
  const { tables, reader } = readHeader(bytes, o.kind);
  const d: Decoder = {
    reader,
    tables,
    kind: o.kind,
    side: o.side,
    nodes: [],
    shapes: [],
    frames: [],
    waiting: new Map(),
    late: new Set(),
    pendingId: -1,
    gaps: [],
    knownClassDepth: 0,
  };
  try {
    let root = readTree(d);
    if (reader.left() > 0) throw corrupt(`${reader.left()} bytes are left after the last value`);
    if (d.late.size > 0) breakCycles(d);
    if (root === PENDING) root = d.nodes[d.pendingId];
    return root;
  } catch (error) {
    // Only ours and the engine's limits can fail here: what user code throws is wrapped where it is called.
    if (error instanceof RangeError && !(error instanceof LevinError)) throw corrupt(error.message);
    throw error;
  }
}

function readTree(d: Decoder): unknown {
  for (;;) {
    const open = d.frames[d.frames.length - 1];
    if (open !== undefined) readKey(d, open);
    let value = readValue(d);
    if (value === OPENED) {
      const frame = d.frames[d.frames.length - 1] as DecodeFrame;
      if (frame.count > 0) continue;
      value = closeFrame(d);
    }
    for (;;) {
      const frame = d.frames[d.frames.length - 1];
      if (frame === undefined) return value;
      placeNext(d, frame, value);
      if (frame.taken < frame.count) break;
      value = closeFrame(d);
    }
  }
}

function readKey(d: Decoder, frame: DecodeFrame): void {
  if (frame.kind === 'dictionary') frame.nextKey = d.reader.string();
  else if (frame.kind === 'sparse') {
    const index = d.reader.varint();
    if (index >= (frame.target as unknown[]).length) throw corrupt(`element ${index} of an array`);
    frame.nextKey = index;
  }
}
