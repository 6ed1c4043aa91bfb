/** Prints for each shape of record what some of them take: measured growth of heap and Buffers, and the sum of their estimates. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { decodeBlock, encodeBlock } from '../../../engine/records/block.ts';
import { heapBytesOf } from '../../../engine/records/heap-bytes.ts';
import { createStringOwner } from '../../../engine/runtime/blocks/own-strings.ts';
import { CUT_SHAPES, RECORD_SHAPES, type RecordShape } from './record-shapes.ts';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** As a user function makes them, as a reader gets them out of a block, or as they are kept. */
function collect({ count, make }: RecordShape, kind: string): unknown[] {
  const made = Array.from({ length: count }, (_, i) => make(i));
  if (kind === 'made') return made;
  if (kind === 'kept') return made.map(createStringOwner());
  const records = decodeBlock(encodeBlock(made));
  // The decoder holds on to the last block that it read.
  decodeBlock(encodeBlock([1]));
  return records;
}

/** Buffers are given back behind the collection that frees them: read until three readings agree. */
function used(): number {
  let [last, agreed] = [-1, 0];
  while (agreed < 3) {
    gc();
    const { heapUsed, external } = process.memoryUsage();
    const now = Math.round((heapUsed + external) / 1024);
    agreed = now === last ? agreed + 1 : 0;
    last = now;
  }
  return last * 1024;
}

function measure(shape: RecordShape, kind: string): { readonly measured: number; readonly estimated: number } {
  collect({ ...shape, count: 10 }, kind);
  const before = used();
  const kept = collect(shape, kind);
  const measured = used() - before;
  let estimated = kept.length * 8;
  for (const record of kept) estimated += heapBytesOf(record);
  return { measured: Math.round(measured / shape.count), estimated: Math.round(estimated / shape.count) };
}

for (const shape of RECORD_SHAPES)
  for (const kind of ['made', 'decoded']) console.log(JSON.stringify({ name: shape.name, kind, ...measure(shape, kind) }));
for (const shape of CUT_SHAPES) console.log(JSON.stringify({ name: shape.name, kind: 'kept', ...measure(shape, 'kept') }));
