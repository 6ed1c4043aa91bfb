import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import type { CsvFormat, CsvOutput } from '../../../engine/types/file-format.ts';
import type { FileSplit } from '../../../engine/types/task.ts';
import { runOver, runPartition } from './task-harness.ts';

const FORMAT: CsvFormat = { kind: 'csv', header: false, sep: ',', quote: '"', escape: '"', comment: null, mode: 'FAILFAST' };

async function read(text: string, format: Partial<CsvFormat> = {}): Promise<readonly unknown[]> {
  const files = createMemoryObjectStore();
  await files.put('in.csv', Buffer.from(text));
  const { etag } = await files.head('in.csv');
  const size = Buffer.byteLength(text);
  const split: FileSplit = { path: '/in.csv', etag, size, start: 0, end: size };
  const { records } = await runPartition({
    nodes: [{ kind: 'files', format: { ...FORMAT, ...format }, numPartitions: 1 }],
    files,
    inputs: [{ leaf: 0, partition: 0, input: { kind: 'files', splits: [split] } }],
  });
  return records;
}

async function write(records: readonly unknown[], { header = false, sep = ',', ...values }: Partial<CsvOutput> = {}): Promise<string> {
  const files = createMemoryObjectStore();
  await runOver([records], { nodes: [], sink: { kind: 'saveAsCsvFile', path: '/out', header, sep, codec: null, ...values }, files });
  return Buffer.from(await files.get('out/part-00000-attempt1.csv')).toString();
}

/** Text that is made of what CSV must be careful with. */
const field = fc.oneof(
  fc.string({ unit: fc.constantFrom('"', ',', ';', '\\', '\n', '\r', ' ', '#', '\ufeff', 'a', 'ü', '😀'), maxLength: 6 }),
  fc.string({ unit: 'grapheme' }),
);
const rows = fc
  .integer({ min: 1, max: 4 })
  .chain((width) => fc.array(fc.array(field, { minLength: width, maxLength: width }), { maxLength: 6 }));

test('what was written comes back, whatever the fields and the separator', async () => {
  await fc.assert(
    fc.asyncProperty(rows, fc.constantFrom(',', ';', '\t', '::', 'aü'), async (all, sep) => {
      expect(await read(await write(all, { sep }), { sep })).toEqual(all);
    }),
  );
});

test('nulls and empty strings come back as what they were, whatever stands for null', async () => {
  const wide = fc.integer({ min: 2, max: 4 }).chain((width) =>
    fc.array(fc.array(fc.option(fc.oneof(field, fc.constantFrom('', 'NA', '\\N', '-'))), { minLength: width, maxLength: width }), {
      maxLength: 6,
    }),
  );
  await fc.assert(
    fc.asyncProperty(wide, fc.constantFrom('', 'NA', '\\N', '-', '(null)'), async (all, nullValue) => {
      expect(await read(await write(all, { nullValue }), { nullValue })).toEqual(all);
    }),
  );
});

test('what stands for null and for the empty string', async () => {
  const rows = [
    ['a', null, ''],
    ['NA', undefined, 'b'],
  ];
  expect(await write(rows)).toBe('a,,""\nNA,,b\n');
  expect(await write(rows, { nullValue: 'NA' })).toBe('a,NA,""\n"NA",NA,b\n');
  expect(await write(rows, { nullValue: 'NA', emptyValue: '' })).toBe('a,NA,\n"NA",NA,b\n');
  expect(await write(rows, { emptyValue: '-' })).toBe('a,,-\nNA,,b\n');
  const text = 'a,,"",NA,"NA"\n';
  expect(await read(text)).toEqual([['a', '', '', 'NA', 'NA']]);
  expect(await read(text, { nullValue: '' })).toEqual([['a', null, '', 'NA', 'NA']]);
  expect(await read(text, { nullValue: 'NA' })).toEqual([['a', null, '', null, 'NA']]);
  expect(await read('x,\n1,\n', { nullValue: '', header: true })).toEqual([{ x: '1', '': null }]);
});

test('objects come back with their names', async () => {
  const names = fc.uniqueArray(field, { minLength: 1, maxLength: 4 });
  const objects = names.chain((keys) =>
    fc
      .array(fc.array(field, { minLength: keys.length, maxLength: keys.length }), { minLength: 1, maxLength: 5 })
      .map((all) => all.map((values) => Object.fromEntries(keys.map((key, i) => [key, values[i]])))),
  );
  await fc.assert(
    fc.asyncProperty(objects, async (all) => {
      expect(await read(await write(all, { header: true }), { header: true })).toEqual(all);
    }),
  );
});

describe('a file of many pieces', () => {
  // Rows of 11 bytes: the ends of pieces fall on each place of a row, between CR and LF too.
  const row = '"x""y",ü\r\n';
  const many = row.repeat(70_000);

  test('is read whole', async () => {
    const all = await read(many);
    expect(Buffer.byteLength(row)).toBe(11);
    expect(all).toHaveLength(70_000);
    expect(new Set(all.map((record) => JSON.stringify(record)))).toEqual(new Set(['["x\\"y","ü"]']));
  });

  test('has its lines counted through all of them, with CR LF in fields as one line end', async () => {
    await expect(read(`"a\r\n\r\nb",c\r\n${many}\r\n1\r\n`)).rejects.toMatchObject({
      code: 'CSV_RAGGED_ROW',
      details: { path: '/in.csv', line: 70_005, columns: 1, expected: 2 },
    });
  });
});

test.each([
  { name: 'a comment', text: '#x\n1,2\n#"\n3', line: 4 },
  { name: 'a row of several lines', text: '"1\n\n",2\n"3\n4"', line: 4 },
  { name: 'lines that end with CR', text: '1,2\r\r3\r', line: 3 },
])('the line of a ragged row behind $name', async ({ text, line }) => {
  await expect(read(text, { comment: '#' })).rejects.toMatchObject({ code: 'CSV_RAGGED_ROW', details: { line } });
});
