/**
 * What a shuffle costs beside the bare encoding: 1,000,000 pairs [string, number] written to 200 reducer partitions and read back,
 * against msgpackr's pack and unpack of the same pairs in 200 batches, in one run.
 */
import { Packr } from 'msgpackr';
import { createMemoryObjectStore } from '../engine/adapters/memory/memory-object-store.ts';
import { createMemoryScratch } from '../engine/adapters/memory/memory-scratch.ts';
import { createBlockWriter } from '../engine/records/block-writer.ts';
import { createExchange } from '../shuffle/exchange.ts';

/** msgpackr checks nothing and hashes nothing; we check each value, hash each record, partition, checksum and store. */
const MAX_RATIO = 6;
const RECORDS = 1_000_000;
const PARTITIONS = 200;
const RUNS = 7;

const pairs = Array.from({ length: RECORDS }, (_, i): [string, number] => [`key-${((i * 7919) % 50_021).toString(36)}`, i % 1000]);
const objects = Array.from({ length: RECORDS / 5 }, (_, i) => ({
  id: i,
  name: `n${i}`,
  price: i * 1.5,
  active: i % 2 === 0,
  city: 'Berlin',
}));
const signal = new AbortController().signal;

/** Best of several runs, the two in turn, so that a busy machine counts for neither. */
async function bestMs(ours: () => unknown, theirs: () => unknown): Promise<readonly [oursMs: number, theirsMs: number]> {
  const best: [number, number] = [Infinity, Infinity];
  for (let i = 0; i < RUNS; i++) {
    for (const [side, run] of [ours, theirs].entries()) {
      globalThis.gc?.();
      const start = performance.now();
      await run();
      best[side] = Math.min(best[side] as number, performance.now() - start);
    }
  }
  return best;
}

const packr = new Packr();
const batchLength = RECORDS / PARTITIONS;

function plainRoundTrip(records: readonly unknown[]): number {
  const batches: Buffer[] = [];
  // msgpackr hands out views of a buffer that it goes on writing to: what is kept must be copied, as we must.
  for (let i = 0; i < records.length; i += batchLength) batches.push(Buffer.from(packr.pack(records.slice(i, i + batchLength))));
  return batches.reduce((count, batch) => count + (packr.unpack(batch) as unknown[]).length, 0);
}

async function shuffleRoundTrip(kind: 'hash' | 'roundRobin', records: readonly unknown[]): Promise<number> {
  const exchange = createExchange({ objects: createMemoryObjectStore() });
  const writer = exchange.openWriter({
    key: 'k',
    partitioner: { kind, numPartitions: PARTITIONS },
    bounds: [],
    combine: null,
    scratch: createMemoryScratch({ limitBytes: 2 ** 30 }),
    memoryBytes: 2 ** 30,
    seed: 0,
    signal,
  });
  for (const record of records) writer.write(record);
  const output = await writer.finish();
  let count = 0;
  const slice = { stageId: 's', mapPartition: 0, generation: 0, key: 'k', offsets: output.offsets };
  for await (const batch of exchange.read([slice], { signal, memoryBytes: 2 ** 30, onRead: () => undefined })) count += batch.length;
  return count;
}

/** Checking, encoding and hashing alone. */
function writeBlocks(): void {
  const writer = createBlockWriter();
  for (const [key, value] of pairs) {
    writer.pushPair(key, value);
    if (writer.byteLength > 262_144) writer.finish();
  }
}

function packBatches(): void {
  for (let i = 0; i < RECORDS; i += batchLength) packr.pack(pairs.slice(i, i + batchLength));
}

function report(what: string, [oursMs, theirsMs]: readonly [number, number], maxRatio = Infinity): void {
  const ratio = oursMs / theirsMs;
  const limit = maxRatio === Infinity ? '' : ` (at most ${maxRatio})`;
  console.log(
    `${what.padEnd(52)} ${oursMs.toFixed(0).padStart(5)} ms, msgpackr ${theirsMs.toFixed(0).padStart(4)} ms, ratio ${ratio.toFixed(2)}${limit}`,
  );
  if (ratio > maxRatio) process.exitCode = 1;
}

report('write blocks of 1e6 [string, number] pairs', await bestMs(writeBlocks, packBatches));
report(
  'shuffle 1e6 [string, number] pairs, 200 partitions',
  await bestMs(
    () => shuffleRoundTrip('hash', pairs),
    () => plainRoundTrip(pairs),
  ),
  MAX_RATIO,
);
report(
  'shuffle 2e5 objects of 5 properties, 200 partitions',
  await bestMs(
    () => shuffleRoundTrip('roundRobin', objects),
    () => plainRoundTrip(objects),
  ),
);
