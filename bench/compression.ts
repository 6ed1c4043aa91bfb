/**
 * Below which speed of storage compressing shuffle blocks pays, by codec and kind of records; and the whole shuffle on the directory store,
 * with compression against without, in one run.
 */
import { createCipheriv } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { createDirectoryObjectStore } from '../engine/adapters/local/directory-object-store.ts';
import { createMemoryScratch } from '../engine/adapters/memory/memory-scratch.ts';
import { createBlockWriter } from '../engine/records/block-writer.ts';
import type { BlockCompression } from '../engine/records/compress-block.ts';
import { createExchange } from '../shuffle/exchange.ts';

const MB = 1_000_000;
const BYTES = 8 * MB;
const RUNS = 3;
/** What one Lambda function moves to and from S3. */
const LAMBDA_MB_PER_S = 75;

type Pair = readonly [key: unknown, value: unknown];

const words = 'the of and to in he was that it his with as had for at you not be is on my have from but all so which they there were'.split(
  ' ',
);
/** Text without any pattern but its alphabet of 64 characters: the key stream of a cipher. */
const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16))
  .update(Buffer.alloc(4 * MB))
  .toString('base64');
let state = 1;
function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
  return (state >>> 0) / 2 ** 32;
}
const below = (n: number): number => Math.floor(random() * n);
const word = (): string => words[Math.floor(random() ** 2 * words.length)] as string;

const KINDS: Readonly<Record<string, (i: number) => Pair>> = {
  'words with counts': (i) => [i % 5 === 0 ? word() + below(5000).toString(36) : word(), below(20) + 1],
  'random strings': (i) => [noise.slice((i * 31) % (5 * MB)).slice(0, 10), noise.slice((i * 47) % (5 * MB)).slice(0, 30)],
  'ids with small numbers': () => [below(10 * MB), below(100)],
  'JSON objects': (i) => [
    below(MB),
    { id: i, name: `customer ${below(100_000)}`, city: word(), price: below(10_000) / 100, tags: [word(), word()], active: random() < 0.5 },
  ],
  'log lines': (i) => [
    `10.${below(256)}.${below(256)}.7`,
    `2024-03-${10 + (i % 20)}T10:${10 + (i % 50)}:11 GET /products/${below(5000)} 200 ${below(90_000)} Mozilla/5.0 (X11; Linux x86_64)`,
  ],
};

interface Coder {
  readonly encode: (body: Uint8Array) => Buffer;
  readonly decode: (packed: Buffer, length: number) => Buffer;
}

function zstd(level: number): Coder {
  return {
    encode: (body) =>
      zstdCompressSync(body, {
        chunkSize: body.length,
        pledgedSrcSize: body.length,
        params: { [constants.ZSTD_c_compressionLevel]: level },
      }),
    decode: (packed, length) => zstdDecompressSync(packed, { chunkSize: length }),
  };
}

const CODERS: Readonly<Record<string, Coder>> = {
  'zstd -5': zstd(-5),
  'zstd 1': zstd(1),
  'zstd 3': zstd(3),
  'gzip 1': {
    encode: (body) => gzipSync(body, { level: 1, chunkSize: body.length }),
    decode: (packed, length) => gunzipSync(packed, { chunkSize: length }),
  },
};

/** Processor time, best of several: what else the machine does counts little. */
function cpuSeconds(run: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < RUNS; i++) {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / MB);
  }
  return best;
}

function blocksOf(make: (i: number) => Pair, blockBytes: number): Uint8Array[] {
  state = 1;
  const writer = createBlockWriter();
  const blocks: Uint8Array[] = [];
  for (let i = 0, bytes = 0; bytes < BYTES; i++) {
    writer.pushPair(...make(i));
    if (writer.byteLength < blockBytes) continue;
    bytes += writer.byteLength;
    blocks.push(writer.finish());
  }
  return blocks;
}

function reportBlocks(blockBytes: number): void {
  console.log(`\nblocks of ${blockBytes} bytes: size, and the speed of storage in MB/s below which the codec pays\n`);
  console.log(`| records | ${Object.keys(CODERS).join(' | ')} |\n|---|${'---|'.repeat(Object.keys(CODERS).length)}`);
  for (const [kind, make] of Object.entries(KINDS)) {
    const blocks = blocksOf(make, blockBytes);
    const bytes = blocks.reduce((sum, block) => sum + block.length, 0);
    const cells = Object.values(CODERS).map(({ encode, decode }) => {
      let packed: Buffer[] = [];
      const encodeSeconds = cpuSeconds(() => {
        packed = blocks.map(encode);
      });
      const decodeSeconds = cpuSeconds(() => packed.forEach((block, i) => void decode(block, blocks[i]?.length ?? 0)));
      const size = packed.reduce((sum, block) => sum + block.length, 0);
      const paysBelow = (bytes - size) / MB / (encodeSeconds + decodeSeconds);
      return `${Math.round((100 * size) / bytes)} %, ${Math.max(0, paysBelow).toFixed(0)}`;
    });
    console.log(`| ${kind} | ${cells.join(' | ')} |`);
  }
}

interface Shuffled {
  /** Of the processor: of the wall clock, what else the machine does has its part. */
  readonly seconds: number;
  readonly bytes: number;
}

/** Two map tasks for 50 reducers, written and read back, on the directory store. */
async function shuffle(pairs: readonly Pair[], compression: BlockCompression): Promise<Shuffled> {
  const root = mkdtempSync(join(tmpdir(), 'levin-bench-'));
  try {
    const exchange = createExchange({ objects: createDirectoryObjectStore({ root }), compression });
    const signal = new AbortController().signal;
    const before = process.cpuUsage();
    let bytes = 0;
    for (const key of ['a', 'b']) {
      const writer = exchange.openWriter({
        key,
        partitioner: { kind: 'hash', numPartitions: 50 },
        bounds: [],
        combine: null,
        scratch: createMemoryScratch({ limitBytes: 2 ** 30 }),
        memoryBytes: 2 ** 30,
        seed: 0,
        signal,
      });
      for (const pair of pairs) writer.write(pair);
      const { offsets, ...output } = await writer.finish();
      bytes += output.bytes;
      const slice = { stageId: 's', mapPartition: 0, generation: 0, key, offsets };
      let count = 0;
      for await (const batch of exchange.read([slice], { signal, memoryBytes: 48 * MB, onRead: () => undefined })) count += batch.length;
      if (count !== pairs.length) throw new Error(`${count} of ${pairs.length} records came back`);
    }
    const { user, system } = process.cpuUsage(before);
    return { seconds: (user + system) / MB, bytes };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function reportShuffle(): Promise<void> {
  console.log(
    '\nwhole shuffle of 2 × 20 MB on the directory store, zstd against none: processor time, bytes, and time with a Lambda’s network in addition\n',
  );
  for (const [kind, make] of Object.entries(KINDS)) {
    const pairs = pairsOf(make, 20 * MB);
    const best = { none: { seconds: Number.POSITIVE_INFINITY, bytes: 0 }, zstd: { seconds: Number.POSITIVE_INFINITY, bytes: 0 } };
    for (let run = 0; run < RUNS; run++) {
      for (const compression of ['none', 'zstd'] as const) {
        const one = await shuffle(pairs, compression);
        if (one.seconds < best[compression].seconds) best[compression] = one;
      }
    }
    const { none, zstd: packed } = best;
    const onLambda = ({ seconds, bytes }: Shuffled): number => seconds + (2 * bytes) / MB / LAMBDA_MB_PER_S;
    const ratios = [packed.seconds / none.seconds, packed.bytes / none.bytes, onLambda(packed) / onLambda(none)];
    const [time, size, lambda] = ratios.map((ratio) => ratio.toFixed(2));
    console.log(`${kind.padEnd(24)} time × ${time}, bytes × ${size}, time with ${LAMBDA_MB_PER_S} MB/s × ${lambda}`);
  }
}

function pairsOf(make: (i: number) => Pair, bytes: number): Pair[] {
  state = 1;
  const pairs: Pair[] = [];
  const writer = createBlockWriter();
  while (writer.byteLength < bytes) {
    const pair = make(pairs.length);
    pairs.push(pair);
    writer.pushPair(...pair);
  }
  return pairs;
}

for (const blockBytes of [245_760, 16_384, 4096]) reportBlocks(blockBytes);
await reportShuffle();
