import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { filePartitions } from '../../../driver/planner/file-partitions.ts';
import type { InputFile } from '../../../driver/planner/list-inputs.ts';
import type { FileFormat } from '../../../engine/types/file-format.ts';

function files(...sizes: readonly number[]): InputFile[] {
  return sizes.map((size, i) => ({ path: `/d/f${i}`, size, etag: `e${i}` }));
}

/** Names with byte ranges, partition by partition. */
function ranges(of: readonly InputFile[], format: FileFormat | null, minPartitions: number, maxPartitionBytes = 1000): string[] {
  const options = { format, minPartitions, maxPartitionBytes };
  return filePartitions(of, options).map((splits) => splits.map(({ path, start, end }) => `${path.slice(3)}:${start}-${end}`).join(' '));
}

describe('whole files', () => {
  test('neighbours come together until a partition has its share', () => {
    expect(ranges(files(1, 1, 1, 1), { kind: 'wholeText' }, 2)).toEqual(['f0:0-1 f1:0-1', 'f2:0-1 f3:0-1']);
    expect(ranges(files(10, 1, 1, 10), { kind: 'bytes' }, 2)).toEqual(['f0:0-10 f1:0-1', 'f2:0-1 f3:0-10']);
    expect(ranges(files(0, 0, 0), { kind: 'bytes' }, 2)).toEqual(['f0:0-0 f1:0-0 f2:0-0']);
  });

  test('a partition has no more than the largest share, but one file at least', () => {
    expect(ranges(files(600, 600, 5000), { kind: 'bytes' }, 1)).toEqual(['f0:0-600', 'f1:0-600', 'f2:0-5000']);
  });

  test('every file is in exactly one partition, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3000), { maxLength: 20 }), fc.integer({ min: 1, max: 30 }), (sizes, min) => {
        const all = filePartitions(files(...sizes), { format: { kind: 'bytes' }, minPartitions: min, maxPartitionBytes: 1000 });
        expect(all.flat().map(({ size }) => size)).toEqual(sizes);
        expect(all.every((partition) => partition.length > 0)).toBe(true);
      }),
    );
  });
});

test('records are not cut', () => {
  expect(ranges(files(12, 0, 9), { kind: 'records', length: 3 }, 1, 7)).toEqual(['f0:0-6', 'f0:6-12', 'f1:0-0', 'f2:0-6', 'f2:6-9']);
  expect(ranges(files(6), { kind: 'records', length: 3 }, 1, 2)).toEqual(['f0:0-3', 'f0:3-6']);
});

test('CSV files are never cut, however many partitions are asked for', () => {
  const format = { kind: 'csv', header: true, sep: ',', quote: '"', escape: '"', comment: null, mode: 'FAILFAST' } as const;
  expect(ranges(files(5000, 10, 10), format, 9)).toEqual(['f0:0-5000', 'f1:0-10 f2:0-10']);
});

test('object files are partitions', () => {
  expect(ranges(files(5000, 0), { kind: 'objects' }, 9)).toEqual(['f0:0-5000', 'f1:0-0']);
});

test('lines of compressed files are not cut, those of others are', () => {
  const [plain, zipped] = [
    { path: '/d/a.json', size: 30, etag: 'a' },
    { path: '/d/b.json.gz', size: 30, etag: 'b' },
  ];
  expect(ranges([plain, zipped], { kind: 'json' }, 4)).toEqual(['a.json:0-15', 'a.json:15-30', 'b.json.gz:0-30']);
  expect(ranges([plain, zipped], null, 4)).toEqual(['a.json:0-15', 'a.json:15-30', 'b.json.gz:0-30']);
});
