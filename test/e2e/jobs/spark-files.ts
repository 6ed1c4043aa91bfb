// Sources and sinks; run by test/e2e/spark/files.test.ts on several masters.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { Context } from 'levin';
import { showWith } from './show.ts';

await using lv = await Context.create();
const slices = Number(process.argv[2]);
const show = showWith(3);
const file = (path: string, content: string | Uint8Array): string => {
  mkdirSync(path.slice(0, path.lastIndexOf('/')), { recursive: true });
  writeFileSync(path, content);
  return path;
};
const named = <V>(pairs: readonly (readonly [string, V])[]): [string, V][] => pairs.map(([path, value]) => [basename(path), value]);
const parts = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith('part-'))
    .toSorted();

file('whole/a.txt', 'one\ntwo\n');
file('whole/b.txt', '');
file('whole/c.txt.gz', gzipSync('three'));
file('whole/d.txt', '\ufeffmärz');
file('whole/_hidden', 'no');
await show('wholeTextFiles', async () => named(await lv.wholeTextFiles('whole', slices).collect()));
await show('wholeTextFiles gives absolute paths', async () =>
  (await lv.wholeTextFiles('whole/a.txt').keys().first()).endsWith('/whole/a.txt'),
);
await show('wholeTextFiles packs small files', async () => [
  await lv.wholeTextFiles('whole', 1).getNumPartitions(),
  (await lv.wholeTextFiles('whole', 100).getNumPartitions()) <= 4,
]);
await show(
  'wholeTextFiles in mapPartitions',
  async () =>
    await lv
      .wholeTextFiles('whole', 1)
      .mapPartitions((files) => [[...files].length])
      .collect(),
);
await show('wholeTextFiles of nothing', () => lv.wholeTextFiles('nowhere').collect());
await show('wholeTextFiles minPartitions', () => lv.wholeTextFiles('whole', 0));
await show('binaryFiles', async () => {
  file('bytes/x.bin', Uint8Array.of(0, 255, 10));
  file('bytes/y.gz', Uint8Array.of(1, 2));
  return named(
    await lv
      .binaryFiles('bytes', slices)
      .mapValues((bytes) => [...bytes])
      .collect(),
  );
});
await show('binaryFiles of an empty file', async () => {
  file('none/x.bin', '');
  return named(
    await lv
      .binaryFiles('none')
      .mapValues((bytes) => bytes.length)
      .collect(),
  );
});
await show('binaryRecords', async () => {
  file('fixed/a.bin', Uint8Array.of(1, 2, 3, 4, 5, 6));
  file('fixed/b.bin', '');
  return await lv
    .binaryRecords('fixed', 2)
    .map((bytes) => [...bytes])
    .collect();
});
await show('binaryRecords of half a record', () => lv.binaryRecords('fixed', 4).count());
await show('binaryRecords 0', () => lv.binaryRecords('fixed', 0));

const objects = [-0, Number.NaN, null, undefined, new Date(0), new Map([[1, new Set(['x'])]]), 10n, [1, [2]], { a: 'b' }];
await show('saveAsObjectFile and objectFile', async () => {
  await lv.parallelize(objects, slices).saveAsObjectFile('objects');
  return await lv.objectFile('objects').collect();
});
await show('objectFile has a partition for each file', () =>
  lv
    .objectFile('objects')
    .getNumPartitions()
    .then((n) => n === slices),
);
await show('objectFile of an empty RDD', async () => {
  await lv.parallelize([], slices).saveAsObjectFile('no-objects');
  return [await lv.objectFile('no-objects').collect(), parts('no-objects').length === slices];
});
await show('objectFile of many blocks', async () => {
  await lv
    .range(60_000, { numSlices: slices })
    .map((x) => ({ x, text: 'y'.repeat(100) }))
    .saveAsObjectFile('blocks');
  const back = lv.objectFile<{ x: number; text: string }>('blocks');
  return [await back.count(), await back.map(({ x }) => x).sum(), await back.take(1)];
});
await show('objectFile of a text file', () => lv.objectFile('whole/a.txt').count());
await show('objectFile that is cut off', async () => {
  const [first] = parts('blocks');
  file('cut/part', readFileSync(`blocks/${first}`).subarray(0, 500_000));
  return await lv.objectFile('cut').count();
});
await show('saveAsObjectFile into a folder that is there', () => lv.range(1).saveAsObjectFile('objects'));

await show('saveAsJsonFile and jsonFile', async () => {
  const records = [{ a: 1, b: [null, 'x\n'] }, 'text', 7, null, [new Date(0), 5n], new Map([['k', 1]])];
  await lv.parallelize<unknown>(records as never, slices).saveAsJsonFile('json');
  return [await lv.jsonFile('json').collect(), parts('json').every((name) => name.endsWith('.json'))];
});
await show('saveAsJsonFile compressed', async () => {
  await lv.parallelize([{ a: 1 }, { a: 2 }], slices).saveAsJsonFile('json-gz', { codec: 'gzip' });
  return [
    await lv
      .jsonFile<{ a: number }>('json-gz')
      .map(({ a }) => a)
      .collect(),
    parts('json-gz').every((name) => name.endsWith('.json.gz')),
  ];
});
await show('saveAsJsonFile of undefined', () => lv.parallelize([undefined], slices).saveAsJsonFile('json-bad'));
await show('jsonFile leaves out empty lines', () => lv.jsonFile(file('lines/a.json', '\n{"a":1}\r\n\n  \n[2]\n"x"'), slices).collect());
await show('jsonFile of a line that is none', () => lv.jsonFile(file('lines/bad.json', '1\n\n{"a":\n3'), 1).count());

const lines = Array.from({ length: 5000 }, (_, i) => `line ${i} ${'.'.repeat(i % 90)}`);
await show('textFile of gzip', async () => {
  file('gz/a.txt.gz', gzipSync(`${lines.join('\n')}\n`));
  const rdd = lv.textFile('gz', 8);
  return [await rdd.getNumPartitions(), await rdd.count(), JSON.stringify(await rdd.collect()) === JSON.stringify(lines)];
});
await show('textFile of zstd', async () => {
  file('zst/a.txt.zst', zstdCompressSync(Buffer.from(lines.join('\r\n'))));
  return JSON.stringify(await lv.textFile('zst').collect()) === JSON.stringify(lines);
});
await show('textFile of several gzip members and zstd frames', async () => {
  file('frames/a.gz', Buffer.concat(['one\nt', 'wo\n', '', 'three'].map((text) => gzipSync(text))));
  file('frames/b.zst', Buffer.concat(['four\nf', 'ive\n', '', 'six'].map((text) => zstdCompressSync(Buffer.from(text)))));
  return await lv.textFile('frames', slices).collect();
});
await show('textFile of compressed and plain files together', async () => {
  file('mixed/a.txt', 'a\nb');
  file('mixed/b.gz', gzipSync('c\n'));
  file('mixed/c.gz', '');
  file('mixed/d.zst', zstdCompressSync(Buffer.alloc(0)));
  return await lv.textFile('mixed', 1).collect();
});
await show('textFile of gzip in mapPartitions', () =>
  lv
    .textFile('gz')
    .mapPartitions((xs) => [[...xs].length])
    .collect(),
);
await show('textFile of gzip, a few lines', () => lv.textFile('gz').take(2));
await show('textFile of a gzip that is cut off', () =>
  lv.textFile(file('cut-gz/a.gz', gzipSync(lines.join('\n')).subarray(0, 900))).count(),
);
await show('textFile of a gzip that is none', () => lv.textFile(file('no-gz/a.gz', 'just text')).count());
await show('textFile of a gzip with a wrong checksum', () => {
  const bytes = gzipSync('some text');
  bytes[bytes.length - 8] = (bytes[bytes.length - 8] as number) ^ 1;
  return lv.textFile(file('sum-gz/a.gz', bytes)).count();
});
await show('textFile of a zstd that is cut off', () =>
  lv.textFile(file('cut-zst/a.zst', zstdCompressSync(Buffer.from(lines.join('\n'))).subarray(0, 900))).count(),
);
await show('textFile of a zstd that is none', () => lv.textFile(file('no-zst/a.zst', 'just some text')).count());
await show('textFile of every line end, cut anywhere', async () => {
  file('ends/a.txt', 'one\r\ntwo\n\r\nthree\rfour\n\nlast');
  const counts: string[] = [];
  for (let n = 1; n <= 40; n++) counts.push(JSON.stringify(await lv.textFile('ends', n).collect()));
  return [...new Set(counts)];
});
await show('saveAsTextFile with gzip', async () => {
  await lv.parallelize(['a', 'b', 'ü'], slices).saveAsTextFile('out-gz', { codec: 'gzip' });
  const names = parts('out-gz');
  return [
    names.every((name) => name.endsWith('.gz')),
    names.map((name) => gunzipSync(readFileSync(`out-gz/${name}`)).toString()).join(''),
    await lv.textFile('out-gz').collect(),
  ];
});
await show('saveAsTextFile with zstd', async () => {
  await lv.parallelize(['a', 'b', 'ü'], slices).saveAsTextFile('out-zst', { codec: 'zstd' });
  const names = parts('out-zst');
  return [
    names.every((name) => name.endsWith('.zst')),
    names.map((name) => zstdDecompressSync(readFileSync(`out-zst/${name}`)).toString()).join(''),
    await lv.textFile('out-zst').collect(),
  ];
});
await show('saveAsTextFile of an empty RDD', async () => {
  await lv.parallelize([], slices).saveAsTextFile('out-empty', { codec: 'gzip' });
  return [parts('out-empty').length === slices, await lv.textFile('out-empty').collect(), readdirSync('out-empty').includes('_SUCCESS')];
});
await show('saveAsTextFile with another codec', () => lv.range(1).saveAsTextFile('out-lzo', { codec: 'lzo' as never }));
