import { crc32 } from 'node:zlib';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { MapOutputSlice } from '../../types/task.ts';
import { type ByteReader, corrupt, createByteReader, createByteWriter } from './byte-stream.ts';

/** Raised when the layout changes. */
const VERSION = 3;
const MAGIC = 0x4c565349; // LVSI
const HEADER_BYTES = 20;
const ENTRY_BYTES = 6;
const CHECKSUM_BYTES = 4;
/** Seed of the producers' checksum. */
const PRODUCERS = 0;

/** What one map task made for all reducers; offsets as in its object: one more than reducers. */
export interface MapOutput {
  readonly stageId: string;
  readonly mapPartition: number;
  readonly generation: number;
  readonly key: string;
  readonly offsets: ArrayLike<number>;
}

/**
 * Locations of neighbouring partitions of a shuffle in one object, from which a reducer reads only what it needs. Row r is about the reducer
 * partitions `[bounds[r], bounds[r + 1])`, taken together.
 *
 * ```
 *   header     magic u32 | version u32 | rows u32 | producers end u48 | 0 u16
 *   table      start of row r as u48, one more than rows
 *   producers  CRC-32 u32, count, then columns: stage ids, map partitions, generations, keys (each as what it shares with the one before + rest)
 *   rows       CRC-32 u32 of the row and its number, count, then columns: producers (how many are passed over; left out when all are there), starts, lengths
 * ```
 * Numbers of the lower two parts are varints. Only what has records stands there; each producer once, however many rows read it.
 */
export function encodeShuffleIndex(outputs: readonly MapOutput[], bounds: readonly number[]): Uint8Array {
  const [first, last] = [bounds[0] as number, bounds.at(-1) as number];
  const producers = outputs.filter(({ offsets }) => offsets[first] !== offsets[last]);
  const borders = bordersOf(producers, bounds);
  const rows = Array.from({ length: bounds.length - 1 }, (_, row) =>
    encodeRow(borders.subarray(row * producers.length, (row + 1) * producers.length), borders.subarray((row + 1) * producers.length)),
  );
  return assemble(
    checked(encodeProducers(producers), PRODUCERS),
    rows.map((row, r) => checked(row, seedOf(r))),
  );
}

/** The offsets at each bound by producer, bound after bound: going through 50,000 arrays for every row would miss the cache each time. */
function bordersOf(producers: readonly MapOutput[], bounds: readonly number[]): Float64Array {
  const borders = new Float64Array(bounds.length * producers.length);
  producers.forEach(({ offsets }, i) => {
    for (let b = 0; b < bounds.length; b += 1) borders[b * producers.length + i] = offsets[bounds[b] as number] as number;
  });
  return borders;
}

export interface ShuffleIndexRead {
  readonly objects: ObjectStore;
  readonly key: string;
  readonly row: number;
  readonly signal: AbortSignal;
}

/** What one reducer partition reads: two round trips of small ranged reads, whatever the shuffle's size. */
export async function readShuffleIndexRow({ objects, key, row, signal }: ShuffleIndexRead): Promise<readonly MapOutputSlice[]> {
  const what = `The shuffle index ${key}`;
  const entryAt = HEADER_BYTES + row * ENTRY_BYTES;
  const [header, entries] = await Promise.all([
    objects.getRange(key, 0, HEADER_BYTES, { signal }),
    objects.getRange(key, entryAt, entryAt + 2 * ENTRY_BYTES, { signal }),
  ]);
  const head = readHeader(header, what);
  if (row >= head.rows) throw corrupt(what, `it has ${head.rows} rows, number ${row} was asked for`);
  const [start, end] = [readU48(entries, 0), readU48(entries, ENTRY_BYTES)];
  if (start < head.producersEnd || end <= start) throw corrupt(what, `row ${row} lies at [${start}, ${end})`);
  const [producerBytes, rowBytes] = await Promise.all([
    objects.getRange(key, HEADER_BYTES + (head.rows + 1) * ENTRY_BYTES, head.producersEnd, { signal }),
    objects.getRange(key, start, end, { signal }),
  ]);
  const producers = decodeProducers(createByteReader(unchecked(producerBytes, PRODUCERS, what), what));
  return decodeRow(createByteReader(unchecked(rowBytes, seedOf(row), what), what), producers, what);
}

/** With a checksum in front: any part that is not the one that was asked for would be other records. */
function checked(bytes: Uint8Array, seed: number): Uint8Array {
  const out = Buffer.alloc(CHECKSUM_BYTES + bytes.length);
  out.writeUInt32BE(crc32(bytes, seed));
  out.set(bytes, CHECKSUM_BYTES);
  return out;
}

function unchecked(bytes: Uint8Array, seed: number, what: string): Uint8Array {
  const content = bytes.subarray(CHECKSUM_BYTES);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < CHECKSUM_BYTES || view.getUint32(0) !== crc32(content, seed)) throw corrupt(what, 'a checksum is wrong');
  return content;
}

/** Rows of equal bytes must not stand for each other. */
function seedOf(row: number): number {
  return row + 1;
}

type Producer = Omit<MapOutputSlice, 'offsets'>;

function assemble(producers: Uint8Array, rows: readonly Uint8Array[]): Uint8Array {
  const producersAt = HEADER_BYTES + (rows.length + 1) * ENTRY_BYTES;
  const producersEnd = producersAt + producers.length;
  const total = rows.reduce((sum, row) => sum + row.length, producersEnd);
  const bytes = Buffer.alloc(total);
  bytes.writeUInt32BE(MAGIC, 0);
  bytes.writeUInt32BE(VERSION, 4);
  bytes.writeUInt32BE(rows.length, 8);
  bytes.writeUIntBE(producersEnd, 12, ENTRY_BYTES);
  bytes.set(producers, producersAt);
  let at = producersEnd;
  rows.forEach((row, r) => {
    bytes.writeUIntBE(at, HEADER_BYTES + r * ENTRY_BYTES, ENTRY_BYTES);
    bytes.set(row, at);
    at += row.length;
  });
  bytes.writeUIntBE(at, HEADER_BYTES + rows.length * ENTRY_BYTES, ENTRY_BYTES);
  return bytes;
}

function encodeProducers(producers: readonly MapOutput[]): Uint8Array {
  const out = createByteWriter();
  out.number(producers.length);
  frontCoded(producers.map((p) => p.stageId));
  for (const { mapPartition } of producers) out.number(mapPartition);
  for (const { generation } of producers) out.number(generation);
  frontCoded(producers.map((p) => p.key));
  return out.finish();

  function frontCoded(texts: readonly string[]): void {
    let before = '';
    for (const text of texts) {
      let shared = 0;
      while (shared < text.length && text[shared] === before[shared]) shared += 1;
      // Never between the two halves of a character: they cannot be encoded apart.
      if (shared > 0 && isLowSurrogate(text.charCodeAt(shared))) shared -= 1;
      out.number(shared);
      out.text(text.slice(shared));
      before = text;
    }
  }
}

function decodeProducers(input: ByteReader): readonly Producer[] {
  const count = input.number();
  const columns = <T>(read: () => T): T[] => {
    const values: T[] = [];
    for (let i = 0; i < count; i += 1) values.push(read());
    return values;
  };
  const frontCoded = (): string[] => {
    let before = '';
    return columns(() => {
      before = before.slice(0, input.number()) + input.text();
      return before;
    });
  };
  const stageIds = frontCoded();
  const mapPartitions = columns(() => input.number());
  const generations = columns(() => input.number());
  const keys = frontCoded();
  input.end();
  return keys.map((key, i) => ({
    stageId: stageIds[i] as string,
    mapPartition: mapPartitions[i] as number,
    generation: generations[i] as number,
    key,
  }));
}

/** `starts` and `ends` of the row's slices by producer. */
function encodeRow(starts: Float64Array, ends: Float64Array): Uint8Array {
  const chosen: number[] = [];
  for (let i = 0; i < starts.length; i += 1) if (starts[i] !== ends[i]) chosen.push(i);
  const out = createByteWriter();
  out.number(chosen.length);
  let next = 0;
  for (const i of chosen.length < starts.length ? chosen : []) {
    out.number(i - next);
    next = i + 1;
  }
  for (const i of chosen) out.number(starts[i] as number);
  for (const i of chosen) out.number((ends[i] as number) - (starts[i] as number));
  return out.finish();
}

function decodeRow(input: ByteReader, producers: readonly Producer[], what: string): readonly MapOutputSlice[] {
  const count = input.number();
  const chosen: Producer[] = [];
  let next = 0;
  for (let i = 0; i < count; i += 1) {
    if (count < producers.length) next += input.number();
    const producer = producers[next];
    if (producer === undefined) throw corrupt(what, `it names producer ${next} of ${producers.length}`);
    chosen.push(producer);
    next += 1;
  }
  const starts = chosen.map(() => input.number());
  const slices = chosen.map((producer, i): MapOutputSlice => {
    const start = starts[i] as number;
    return { ...producer, offsets: [start, start + input.number()] };
  });
  input.end();
  return slices;
}

function readHeader(header: Uint8Array, what: string): { readonly rows: number; readonly producersEnd: number } {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  if (view.getUint32(0) !== MAGIC) throw corrupt(what, 'it does not start as an index');
  if (view.getUint32(4) !== VERSION) throw corrupt(what, `it has version ${view.getUint32(4)}, this levin reads ${VERSION}`);
  const rows = view.getUint32(8);
  const producersEnd = readU48(header, 12);
  if (producersEnd < HEADER_BYTES + (rows + 1) * ENTRY_BYTES) throw corrupt(what, `its producers end at ${producersEnd}`);
  return { rows, producersEnd };
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

function readU48(bytes: Uint8Array, at: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, ENTRY_BYTES);
  return view.getUint16(0) * 2 ** 32 + view.getUint32(2);
}
