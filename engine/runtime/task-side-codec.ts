import { pack, unpack } from 'msgpackr';
import { LevinError } from '../errors/levin-error.ts';
import type { AccumulatorDeltas, TaskSide } from '../types/task-side.ts';

/** The names are short because most sides stand in a commit item of 1 KB: stored data, so only ever added to. */
interface Packed {
  readonly a?: Uint8Array | readonly [key: string, length: number, sha256: string];
  readonly b?: readonly (readonly [rdd: number, partition: number, print: string, key: string, length: number])[];
}

/** The same bytes for the same side, wherever it is encoded. */
export function encodeSide({ accumulators, blocks }: TaskSide): Uint8Array {
  const packed: Packed = {
    ...(accumulators === undefined ? {} : { a: packedDeltas(accumulators) }),
    ...(blocks === undefined
      ? {}
      : { b: blocks.map(({ rdd, partition, print, key, length }) => [rdd, partition, print, key, length] as const) }),
  };
  return pack(packed);
}

/** Throws `CORRUPT_DATA` on what `encodeSide` did not write. */
export function decodeSide(bytes: Uint8Array): TaskSide {
  const { a, b } = unpacked(bytes);
  const blocks = b?.map(([rdd, partition, print, key, length]) => ({ rdd, partition, print, key, length }));
  return { ...(a === undefined ? {} : { accumulators: unpackedDeltas(a) }), ...(blocks === undefined ? {} : { blocks }) };
}

function unpackedDeltas(a: Packed['a'] & {}): AccumulatorDeltas {
  // A copy: what is unpacked is a window on all of `bytes`.
  if (a instanceof Uint8Array) return { kind: 'inline', bytes: new Uint8Array(a) };
  const [key, length, sha256] = a;
  return { kind: 'object', key, length, sha256 };
}

function packedDeltas(deltas: AccumulatorDeltas): Packed['a'] & {} {
  if (deltas.kind === 'inline') return deltas.bytes;
  const { key, length, sha256 } = deltas;
  return [key, length, sha256];
}

function unpacked(bytes: Uint8Array): Packed {
  try {
    const packed: unknown = unpack(bytes);
    if (typeof packed === 'object' && packed !== null && isDeltas((packed as Packed).a) && isBlocks((packed as Packed).b)) return packed;
  } catch {
    // Said below.
  }
  throw new LevinError({
    code: 'CORRUPT_DATA',
    fault: 'internal',
    message: `What a task committed beside its output (${bytes.length} bytes) cannot be read. It was not written by this version of levin; start a new application.`,
  });
}

function isDeltas(a: unknown): boolean {
  return a === undefined || a instanceof Uint8Array || (Array.isArray(a) && a.length === 3);
}

function isBlocks(b: unknown): boolean {
  return b === undefined || (Array.isArray(b) && b.every((block) => Array.isArray(block) && block.length === 5));
}
