import type { ObjectStore } from '../../ports/object-store.ts';
import type { MapOutputSlice } from '../../types/task.ts';
import { type ByteReader, corrupt, createByteReader, createByteWriter } from './varint.ts';

/** Raised when the layout changes. */
const VERSION = 1;
const MAGIC = 0x4c565349; // LVSI
const HEADER_BYTES = 20;
const ENTRY_BYTES = 6;

/**
 * The locations of a whole shuffle in one object, from which a reducer reads only what it needs.
 *
 * ```
 *   header     magic u32 | version u32 | partitions u32 | producers end u48 | 0 u16
 *   table      start of slice p as u48, one more than partitions
 *   producers  count, then columns: stage ids, map partitions, generations, keys (each as what it shares with the one before + rest)
 *   slices     of partition p: count, then columns: producers (as steps), offset counts, offsets (as steps)
 * ```
 * Numbers of the lower two parts are varints. Each producer stands once, however many partitions read it.
 */
export function encodeShuffleIndex(slicesPerPartition: readonly (readonly MapOutputSlice[])[]): Uint8Array {
  const producers = new Map<string, { readonly index: number; readonly slice: MapOutputSlice }>();
  const indexOf = (slice: MapOutputSlice): number => {
    const id = `${slice.key} ${slice.generation} ${slice.mapPartition} ${slice.stageId}`;
    const known = producers.get(id);
    if (known !== undefined) return known.index;
    producers.set(id, { index: producers.size, slice });
    return producers.size - 1;
  };
  const slices = slicesPerPartition.map((partition) => encodeSlices(partition, indexOf));
  const producerBytes = encodeProducers([...producers.values()].map(({ slice }) => slice));
  return assemble(producerBytes, slices);
}

export interface ShuffleIndexRead {
  readonly objects: ObjectStore;
  readonly key: string;
  readonly partition: number;
  readonly signal: AbortSignal;
}

/** What one reducer partition reads: two round trips of small ranged reads, whatever the shuffle's size. */
export async function readShuffleIndexSlice({ objects, key, partition, signal }: ShuffleIndexRead): Promise<readonly MapOutputSlice[]> {
  const what = `The shuffle index ${key}`;
  const entryAt = HEADER_BYTES + partition * ENTRY_BYTES;
  const [header, entries] = await Promise.all([
    objects.getRange(key, 0, HEADER_BYTES, { signal }),
    objects.getRange(key, entryAt, entryAt + 2 * ENTRY_BYTES, { signal }),
  ]);
  const head = readHeader(header, what);
  if (partition >= head.partitions) throw corrupt(what, `it has ${head.partitions} partitions, number ${partition} was asked for`);
  const [start, end] = [readU48(entries, 0), readU48(entries, ENTRY_BYTES)];
  if (start < head.producersEnd || end <= start) throw corrupt(what, `partition ${partition} lies at [${start}, ${end})`);
  const [producerBytes, sliceBytes] = await Promise.all([
    objects.getRange(key, HEADER_BYTES + (head.partitions + 1) * ENTRY_BYTES, head.producersEnd, { signal }),
    objects.getRange(key, start, end, { signal }),
  ]);
  return decodeSlices(createByteReader(sliceBytes, what), decodeProducers(createByteReader(producerBytes, what)), what);
}

type Producer = Omit<MapOutputSlice, 'offsets'>;

function assemble(producers: Uint8Array, slices: readonly Uint8Array[]): Uint8Array {
  const producersAt = HEADER_BYTES + (slices.length + 1) * ENTRY_BYTES;
  const producersEnd = producersAt + producers.length;
  const total = slices.reduce((sum, slice) => sum + slice.length, producersEnd);
  const bytes = Buffer.alloc(total);
  bytes.writeUInt32BE(MAGIC, 0);
  bytes.writeUInt32BE(VERSION, 4);
  bytes.writeUInt32BE(slices.length, 8);
  bytes.writeUIntBE(producersEnd, 12, ENTRY_BYTES);
  bytes.set(producers, producersAt);
  let at = producersEnd;
  slices.forEach((slice, p) => {
    bytes.writeUIntBE(at, HEADER_BYTES + p * ENTRY_BYTES, ENTRY_BYTES);
    bytes.set(slice, at);
    at += slice.length;
  });
  bytes.writeUIntBE(at, HEADER_BYTES + slices.length * ENTRY_BYTES, ENTRY_BYTES);
  return bytes;
}

function encodeProducers(producers: readonly MapOutputSlice[]): Uint8Array {
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

/** Producers and offsets as differences to the one before; producers as zigzag, because their order is free. */
function encodeSlices(slices: readonly MapOutputSlice[], indexOf: (slice: MapOutputSlice) => number): Uint8Array {
  const out = createByteWriter();
  out.number(slices.length);
  let before = -1;
  for (const slice of slices) {
    const index = indexOf(slice);
    const step = index - before - 1;
    out.number(step >= 0 ? step * 2 : -step * 2 - 1);
    before = index;
  }
  for (const { offsets } of slices) out.number(offsets.length);
  for (const { offsets } of slices) {
    let last = 0;
    for (const offset of offsets) {
      out.number(offset - last);
      last = offset;
    }
  }
  return out.finish();
}

function decodeSlices(input: ByteReader, producers: readonly Producer[], what: string): readonly MapOutputSlice[] {
  const count = input.number();
  const chosen: Producer[] = [];
  let before = -1;
  for (let i = 0; i < count; i += 1) {
    const coded = input.number();
    before += 1 + (coded % 2 === 0 ? coded / 2 : -(coded + 1) / 2);
    const producer = producers[before];
    if (producer === undefined) throw corrupt(what, `it names producer ${before} of ${producers.length}`);
    chosen.push(producer);
  }
  const lengths = chosen.map(() => input.number());
  const slices = chosen.map((producer, i): MapOutputSlice => {
    const offsets: number[] = [];
    for (let o = 0; o < (lengths[i] as number); o += 1) offsets.push((offsets[o - 1] ?? 0) + input.number());
    return { ...producer, offsets };
  });
  input.end();
  return slices;
}

function readHeader(header: Uint8Array, what: string): { readonly partitions: number; readonly producersEnd: number } {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  if (view.getUint32(0) !== MAGIC) throw corrupt(what, 'it does not start as an index');
  if (view.getUint32(4) !== VERSION) throw corrupt(what, `it has version ${view.getUint32(4)}, this levin reads ${VERSION}`);
  const partitions = view.getUint32(8);
  const producersEnd = readU48(header, 12);
  if (producersEnd < HEADER_BYTES + (partitions + 1) * ENTRY_BYTES) throw corrupt(what, `its producers end at ${producersEnd}`);
  return { partitions, producersEnd };
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

function readU48(bytes: Uint8Array, at: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, ENTRY_BYTES);
  return view.getUint16(0) * 2 ** 32 + view.getUint32(2);
}
