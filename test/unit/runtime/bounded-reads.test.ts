import { createCipheriv } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import type { ObjectStore } from '../../../engine/ports/object-store.ts';
import { encodeBlock } from '../../../engine/records/block.ts';
import { decompressedChunks, wholeFile } from '../../../engine/runtime/sources/decompress.ts';
import { filesStream } from '../../../engine/runtime/sources/files.ts';
import { textStream } from '../../../engine/runtime/sources/text.ts';
import type { TaskContext } from '../../../engine/runtime/task-context.ts';
import type { FileFormat } from '../../../engine/types/file-format.ts';
import type { FileSplit } from '../../../engine/types/task.ts';
import { spillSpace } from '../spill/spill-fixture.ts';
import { runPartition } from './task-harness.ts';

const MB = 1024 * 1024;
const signal = new AbortController().signal;

interface Watched {
  readonly files: ObjectStore;
  readonly split: FileSplit;
  /** Bytes asked for, and how often. */
  readonly asked: { bytes: number; reads: number };
}

async function fileOf(name: string, content: Uint8Array): Promise<Watched> {
  const inner = createMemoryObjectStore();
  const put = await inner.put(name, content);
  const asked = { bytes: 0, reads: 0 };
  const files: ObjectStore = {
    ...inner,
    getRange(key, start, end, options) {
      asked.bytes += end - start;
      asked.reads++;
      return inner.getRange(key, start, end, options);
    },
  };
  const size = content.byteLength;
  return { files, split: { path: `/${name}`, etag: put.stored ? put.etag : '', start: 0, end: size, size }, asked };
}

/** What a stream of the file gives first, and how much was asked for until then. */
async function firstOf(name: string, content: Uint8Array, format: FileFormat | 'text') {
  const { files, split, asked } = await fileOf(name, content);
  const counters = { bytesRead: 0, recordsRead: 0 };
  const task = { deps: { files, signal }, counters } as unknown as TaskContext;
  const stream =
    format === 'text'
      ? textStream(split, { spill: spillSpace(2 ** 30), files, signal, onRead: () => undefined })
      : filesStream(task, { kind: 'files', format, numPartitions: 1 } as unknown as Parameters<typeof filesStream>[1], [split]);
  const batch = await stream.pull(1024);
  const { bytes } = asked;
  await stream.close();
  return { batch: batch ?? [], bytes };
}

describe('a source of 40 MB asks for little before it gives its first records', () => {
  const lines = Buffer.from('{"some": "text", "n": 12345678}\n'.repeat((40 * MB) / 32));
  // Bytes that do not shrink: the key stream of a cipher, as lines of 64 characters.
  const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(12 * MB));
  const csv = { kind: 'csv', header: false, sep: ',', quote: '"', escape: '"', comment: null, mode: 'PERMISSIVE' } as const;

  test.for<[string, Uint8Array, FileFormat | 'text', number]>([
    ['in.txt', lines, 'text', 9 * MB],
    ['in.json', lines, { kind: 'json' }, 9 * MB],
    ['in.csv', lines, csv, 9 * MB],
    ['in.bin', lines, { kind: 'records', length: 1 }, 9 * MB],
    ['in.obj', Buffer.concat(Array.from({ length: 40 }, () => encodeBlock(['x'.repeat(MB)]))), { kind: 'objects' }, 9 * MB],
    ['in.txt.gz', gzipSync(noise.toString('base64').replace(/.{64}/g, '$&\n'), { level: 1 }), 'text', 4 * MB],
  ])('%s', async ([name, content, format, most]) => {
    const { batch, bytes } = await firstOf(name, content, format);
    expect(batch.length).toBeGreaterThan(0);
    expect(batch.length).toBeLessThanOrEqual(4096);
    expect(bytes).toBeLessThanOrEqual(most);
    expect(content.byteLength).toBeGreaterThan(most);
  });
});

describe('compressed files', () => {
  const drained = async ({ files, split }: Watched, chunkBytes: number): Promise<Buffer> => {
    const reader = decompressedChunks(split, split.path.endsWith('.gz') ? 'gzip' : 'zstd', { files, signal, chunkBytes });
    const pieces: Uint8Array[] = [];
    for (let piece = await reader.next(); piece !== null; piece = await reader.next()) pieces.push(piece);
    return Buffer.concat(pieces);
  };

  test('of any members or frames are read once, wherever reads are cut', async () => {
    const parts = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(parts, fc.constantFrom('gz', 'zst'), fc.integer({ min: 1, max: 400 }), async (contents, kind, chunkBytes) => {
        const compress = kind === 'gz' ? gzipSync : zstdCompressSync;
        const watched = await fileOf(`in.${kind}`, Buffer.concat(contents.map((content) => compress(content))));
        expect(Buffer.compare(await drained(watched, chunkBytes), Buffer.concat(contents))).toBe(0);
        expect(watched.asked.bytes).toBe(watched.split.size);
      }),
      { numRuns: 150 },
    );
  });

  test('whole, are not read on once they are more than wanted', async () => {
    const bomb = Buffer.concat(Array.from({ length: 50 }, () => gzipSync(new Uint8Array(MB))));
    const { files, split } = await fileOf('bomb.gz', bomb);
    const bytes = await wholeFile(split, 'gzip', { files, signal, maxBytes: 2 * MB });
    expect(bytes.byteLength).toBeGreaterThan(2 * MB);
    expect(bytes.byteLength).toBeLessThan(3 * MB);
  });
});

test('a text file that fits no string is refused before it is read', async () => {
  const files = createMemoryObjectStore();
  const size = 536_870_889;
  const split = { path: '/large.txt', etag: 'x', start: 0, end: size, size };
  const run = runPartition({
    nodes: [{ kind: 'files', format: { kind: 'wholeText' }, numPartitions: 1 } as never],
    inputs: [{ leaf: 0, partition: 0, input: { kind: 'files', splits: [split] } }],
    files,
  });
  await expect(run).rejects.toMatchObject({
    code: 'FILE_TOO_LARGE',
    message: '/large.txt has more than 536870888 bytes of text, which do not fit into one string. Read it with textFile, line by line.',
  });
});
