import { createHash } from 'node:crypto';
import { notEncodable } from './closure-errors.ts';
import { decodeGraph } from './decode/decode-graph.ts';
import { encodeGraph } from './encode/encode-graph.ts';
import { NotEncodable } from './encode/not-encodable.ts';
import { fingerprintOf } from './fingerprint.ts';
import { payloadHeader } from './wire/header.ts';
import { neededModules } from './wire/tables.ts';

/** Longer ones take Node's hash and stores no faster. */
const PIECE_BYTES = 8 * 1024 * 1024;

/** A value as `lv.broadcast` took it. */
export interface EncodedBroadcast {
  /** In this order they are what `encodeValue` would give; not copied together, for it may be hundreds of megabytes. */
  readonly pieces: readonly Uint8Array[];
  readonly byteLength: number;
  /** SHA-256 of the pieces, hex. */
  readonly hash: string;
  /** Of the value and the code of its classes, for lineages. */
  readonly fingerprint: string;
  /** Ids of the user modules whose classes it needs. */
  readonly modules: readonly string[];
}

/**
 * Encodes a value as a record is encoded, with identity, cycles and classes.
 *
 * @throws LevinError `RECORD_NOT_ENCODABLE` with the path to the value
 */
export function encodeBroadcast(value: unknown): EncodedBroadcast {
  try {
    const graph = encodeGraph(value, { purpose: 'record', large: true });
    const head = payloadHeader('value', { tables: graph.code.tables, holdsObjects: graph.holdsObjects });
    const pieces = [head, ...cut(graph.body)];
    const digest = createHash('sha256');
    for (const piece of pieces) digest.update(piece);
    return {
      pieces,
      byteLength: pieces.reduce((sum, { byteLength }) => sum + byteLength, 0),
      hash: digest.digest('hex'),
      fingerprint: fingerprintOf(graph),
      modules: neededModules(graph.code.tables),
    };
  } catch (error) {
    if (error instanceof NotEncodable) throw notEncodable('broadcast', error);
    throw error;
  }
}

function cut(bytes: Uint8Array): readonly Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / PIECE_BYTES) }, (_, i) => bytes.subarray(i * PIECE_BYTES, (i + 1) * PIECE_BYTES));
}

/** The value in a task; the classes of its instances are those of the functions there. Nothing of it lies in `bytes`. */
export function decodeBroadcast(bytes: Uint8Array): unknown {
  return decodeGraph(bytes, { kind: 'value', side: 'executor' });
}
