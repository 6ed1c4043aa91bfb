import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import type { ObjectStore } from '../../../engine/ports/object-store.ts';
import { textStream } from '../../../engine/runtime/sources/text.ts';
import type { FileSplit } from '../../../engine/types/task.ts';
import { spillSpace } from '../spill/spill-fixture.ts';
import { runPartition } from './task-harness.ts';

const signal = new AbortController().signal;

interface Reads {
  readonly chunkBytes?: number;
  readonly pieceBytes?: number;
  readonly max?: number;
  readonly prepare?: boolean;
}

async function linesOf(files: ObjectStore, split: FileSplit, reads: Reads = {}) {
  const { chunkBytes = 4 * 1024 * 1024, pieceBytes = 8192, max = 1000, prepare = false } = reads;
  const stream = textStream(split, { spill: spillSpace(2 ** 30), files, signal, chunkBytes, pieceBytes, onRead: () => undefined });
  if (prepare) await stream.prepare();
  const lines: unknown[] = [];
  for (;;) {
    const pulled = stream.pull(max);
    if (prepare) expect(pulled).not.toBeInstanceOf(Promise);
    const batch = await pulled;
    if (batch === null) return lines;
    expect(batch.length).toBeGreaterThan(0);
    lines.push(...batch);
  }
}

async function fileOf(
  content: string | Uint8Array,
): Promise<{ readonly files: ObjectStore; readonly split: (start: number, end: number) => FileSplit; readonly size: number }> {
  const files = createMemoryObjectStore();
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const put = await files.put('data/in.txt', bytes);
  const etag = put.stored ? put.etag : '';
  return { files, size: bytes.length, split: (start, end) => ({ path: '/data/in.txt', etag, start, end, size: bytes.length }) };
}

/** All lines of a file, from its bytes as characters. */
function oracle(bytes: Uint8Array): readonly string[] {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const parts = Buffer.from(bytes)
    .toString('latin1')
    .split(/\r\n|\n|\r/);
  if (parts.at(-1) === '') parts.pop();
  return parts.map((part, i) => {
    const line = decoder.decode(Buffer.from(part, 'latin1'));
    return i === 0 && line.startsWith('\ufeff') ? line.slice(1) : line;
  });
}

describe('lines', () => {
  test.each([
    { name: 'LF', content: 'a\nb\n', lines: ['a', 'b'] },
    { name: 'no line end at the end', content: 'a\nb', lines: ['a', 'b'] },
    { name: 'CR LF', content: 'a\r\nb\r\n', lines: ['a', 'b'] },
    { name: 'CR, as Hadoop has it', content: 'a\rb\r', lines: ['a', 'b'] },
    { name: 'mixed line ends, empty lines', content: '\n\r\n\ra\n\n', lines: ['', '', '', 'a', ''] },
    { name: 'an empty file', content: '', lines: [] },
    { name: 'one line end', content: '\n', lines: [''] },
    { name: 'a byte order mark at the start only', content: '\ufeffa\n\ufeffb', lines: ['a', '\ufeffb'] },
    { name: 'many scripts', content: 'grün\n東京\n😀', lines: ['grün', '東京', '😀'] },
  ])('$name', async ({ content, lines }) => {
    const { files, split, size } = await fileOf(content);
    expect(await linesOf(files, split(0, size))).toEqual(lines);
  });

  test('bytes that are not UTF-8 become U+FFFD', async () => {
    const { files, split } = await fileOf(Buffer.from([0x61, 0xff, 0x0a, 0xe2, 0x82, 0x0a, 0x62]));
    expect(await linesOf(files, split(0, 7))).toEqual(['a\ufffd', '\ufffd', 'b']);
  });
});

describe('splits', () => {
  test('a line belongs to the split in which it begins', async () => {
    //                             0123456789012
    const { files, split } = await fileOf('one\ntwo\nthree');
    expect(await linesOf(files, split(0, 4))).toEqual(['one']);
    expect(await linesOf(files, split(4, 8))).toEqual(['two']);
    expect(await linesOf(files, split(0, 5))).toEqual(['one', 'two']);
    expect(await linesOf(files, split(5, 8))).toEqual([]);
    expect(await linesOf(files, split(5, 9))).toEqual(['three']);
    expect(await linesOf(files, split(9, 13))).toEqual([]);
  });

  test('a CR LF that is cut in the middle ends one line', async () => {
    const { files, split } = await fileOf('a\r\nb\r\nc');
    expect(await linesOf(files, split(0, 2))).toEqual(['a']);
    expect(await linesOf(files, split(2, 7))).toEqual(['b', 'c']);
    expect(await linesOf(files, split(3, 7))).toEqual(['b', 'c']);
  });

  test('any bytes, any splits, any chunk size: the lines of the whole file', async () => {
    const byteWith = (...ends: readonly number[]) =>
      fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom(...ends) },
        { weight: 5, arbitrary: fc.constantFrom(0x61, 0x62, 0xef, 0xbb, 0xbf, 0xc3, 0xa9) },
        fc.nat(255),
      );
    const text = fc.oneof(
      fc.array(byteWith(10, 13), { maxLength: 60 }),
      fc.array(byteWith(10), { maxLength: 60 }).map((bytes) => bytes.filter((byte) => byte !== 13)),
      fc.array(fc.constantFrom(0x0a, 0x61, 0x62), { maxLength: 60 }),
    );
    const input = fc.record({
      bytes: fc.tuple(fc.boolean(), text).map(([bom, bytes]) => Uint8Array.from(bom ? [0xef, 0xbb, 0xbf, ...bytes] : bytes)),
      cuts: fc.array(fc.nat(63), { maxLength: 5 }),
      chunkBytes: fc.constantFrom(1, 2, 3, 7, 1000),
      pieceBytes: fc.constantFrom(1, 5, 8192),
      max: fc.constantFrom(1, 2, 1000),
      prepare: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(input, async ({ bytes, cuts, ...reads }) => {
        const { files, split, size } = await fileOf(bytes);
        const borders = [0, ...cuts.map((cut) => Math.min(cut, size)).sort((a, b) => a - b), size];
        const lines: unknown[] = [];
        for (let i = 0; i + 1 < borders.length; i += 1)
          lines.push(...(await linesOf(files, split(borders[i] as number, borders[i + 1] as number), reads)));
        expect(lines).toEqual(oracle(bytes));
      }),
      { numRuns: 2_000 },
    );
  });

  test('a line much longer than a chunk, across many splits', async () => {
    const long = 'x'.repeat(300_000);
    const { files, split, size } = await fileOf(`short\n${long}\nend`);
    const lines = [];
    for (let start = 0; start < size; start += 50_000)
      lines.push(await linesOf(files, split(start, Math.min(start + 50_000, size)), { chunkBytes: 1024 }));
    expect(lines.map((of) => of.length)).toEqual([2, 0, 0, 0, 0, 0, 1]);
    expect(lines.flat()).toEqual(['short', long, 'end']);
  });
});

describe('reading', () => {
  function counting(files: ObjectStore) {
    const ranges: (readonly [number, number])[] = [];
    const store: ObjectStore = {
      ...files,
      getRange: (key, start, end, options) => {
        ranges.push([start, end]);
        return files.getRange(key, start, end, options);
      },
    };
    return { store, ranges };
  }

  test('one chunk ahead, and only a little beyond the split', async () => {
    const { files, split } = await fileOf('0123456789\n'.repeat(40_000));
    const { store, ranges } = counting(files);
    const stream = textStream(split(0, 300_000), {
      spill: spillSpace(2 ** 30),
      files: store,
      signal,
      chunkBytes: 131_072,
      onRead: () => undefined,
    });
    await stream.pull(10);
    expect(ranges).toEqual([
      [0, 131_072],
      [131_072, 262_144],
    ]);
    while ((await stream.pull(1_000_000)) !== null);
    // The last one takes the 64 KB behind the split along: its last line ends there.
    expect(ranges).toEqual([
      [0, 131_072],
      [131_072, 262_144],
      [262_144, 365_536],
    ]);
  });

  test('nothing is read of an empty split or file', async () => {
    const { files, split } = await fileOf('abc');
    const { store, ranges } = counting(files);
    expect(await linesOf(store, split(2, 2))).toEqual([]);
    const empty = await fileOf('');
    expect(await linesOf(empty.files, empty.split(0, 0))).toEqual([]);
    expect(ranges).toEqual([]);
  });

  test('a file that changed since it was listed is named', async () => {
    const { files, split, size } = await fileOf('a\nb');
    await files.put('data/in.txt', Buffer.from('a\nc'));
    await expect(linesOf(files, split(0, size))).rejects.toMatchObject({
      code: 'INPUT_CHANGED',
      fault: 'user',
      message:
        'The input file /data/in.txt changed while the job ran: it is not the file that was listed any more. Results would mix two versions. Run the job again when its input is complete.',
      cause: { code: 'PRECONDITION_FAILED' },
    });
  });

  test('so is one that is gone', async () => {
    const { files, split, size } = await fileOf('a\nb');
    await files.deleteMany(['data/in.txt']);
    await expect(linesOf(files, split(0, size))).rejects.toThrow('The input file /data/in.txt changed while the job ran: it is gone.');
  });

  test('a change behind the first chunk is noticed too', async () => {
    const { files, split, size } = await fileOf('aaaa\nbbbb\ncccc\n');
    const stream = textStream(split(0, size), { spill: spillSpace(2 ** 30), files, signal, chunkBytes: 5, onRead: () => undefined });
    expect(await stream.pull(1)).toEqual(['aaaa']);
    await files.put('data/in.txt', Buffer.from('aaaa\nbbbb\nCCCC\n'));
    const rest = async (): Promise<void> => {
      while ((await stream.pull(1)) !== null);
    };
    await expect(rest()).rejects.toMatchObject({ code: 'INPUT_CHANGED' });
  });
});

test('a task over a split counts what it read, and a synchronous partition function gets all lines', async () => {
  const { files, split, size } = await fileOf('one\ntwo\nthree\n');
  const nodes = [
    { kind: 'text', numPartitions: 1 },
    { kind: 'narrow', parent: 0, op: { kind: 'mapPartitions', fn: 0 } },
  ] as const;
  const job = {
    nodes,
    files,
    functions: [(it: Iterable<string>) => [[...it].join('+')]],
    inputs: [{ leaf: 0, partition: 0, input: { kind: 'split', split: split(0, size) } }],
  } as const;
  const { records, metrics } = await runPartition(job);
  expect(records).toEqual(['one+two+three']);
  expect(metrics).toMatchObject({ recordsRead: 3, bytesRead: 14, recordsWritten: 1 });
});
