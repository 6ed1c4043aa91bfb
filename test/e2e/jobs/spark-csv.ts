// CSV; run by test/e2e/spark/csv.test.ts on several masters.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { Context } from 'levin';
import { showWith } from './show.ts';

await using lv = await Context.create();
const slices = Number(process.argv[2]);
const show = showWith(true);
const file = (path: string, content: string | Uint8Array): string => {
  mkdirSync(path.slice(0, path.lastIndexOf('/')), { recursive: true });
  writeFileSync(path, content);
  return path;
};
const parts = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith('part-'))
    .toSorted();
const written = (folder: string): string =>
  parts(folder)
    .map((name) => readFileSync(`${folder}/${name}`, 'utf8'))
    .join('');

await show('all airports', async () => {
  const airports = await lv.csvFile('airports.csv', { header: true }).collect();
  return [airports.length, createHash('sha256').update(JSON.stringify(airports)).digest('hex'), airports[486]];
});
await show('airports by state', () =>
  lv
    .csvFile('airports.csv', { header: true })
    .map((airport) => [airport['state'] as string, 1])
    .reduceByKey((a, b) => a + b)
    .takeOrdered(2, ([, n]) => -n),
);
await show('airports written and read', async () => {
  await lv.csvFile('airports.csv', { header: true }).repartition(slices).saveAsCsvFile('airports', { header: true });
  const back = await lv
    .csvFile('airports', { header: true })
    .sortBy((airport) => airport['iata'] as string)
    .collect();
  const before = await lv
    .csvFile('airports.csv', { header: true })
    .sortBy((airport) => airport['iata'] as string)
    .collect();
  return [back.length, JSON.stringify(back) === JSON.stringify(before), parts('airports').every((name) => name.endsWith('.csv'))];
});

await show('csvFile gives arrays', () => lv.csvFile(file('plain/a.csv', 'a,b\r\n1,\n , x \r"",""\n')).collect());
await show('csvFile of quoted fields', () => lv.csvFile(file('quoted/a.csv', '"a ""b""","c,d","e\nf\r\ng"\n"",x,"#"\n')).collect());
await show('csvFile with a header', () =>
  lv.csvFile(file('header/a.csv', '\ufeffa,__proto__,c d\n1,2,3\n\n4,5,ü\n'), { header: true }).collect(),
);
await show('csvFile with a header only', () => lv.csvFile(file('only/a.csv', 'a,b\n'), { header: true }).collect());
await show('csvFile of an empty file', async () => [
  await lv.csvFile(file('none/a.csv', '')).collect(),
  await lv.csvFile('none', { header: true }).count(),
]);
await show('csvFile of files with headers of their own', () => {
  file('several/a.csv', 'a,b\n1,2\n');
  return lv.csvFile(file('several/b.csv', 'b,a\n3,4').replace(/\/b\.csv$/, ''), { header: true, minPartitions: slices }).collect();
});
await show('csvFile packs small files and cuts none', async () => {
  file('large/a.csv', `${'1234567,"\n"\n'.repeat(20_000)}`);
  return [
    await lv.csvFile('several', { minPartitions: 1 }).getNumPartitions(),
    await lv.csvFile('large', { minPartitions: 9 }).getNumPartitions(),
    await lv.csvFile('large', { minPartitions: 9 }).count(),
    await lv.csvFile('large').take(1),
  ];
});
await show('csvFile in mapPartitions', () =>
  lv
    .csvFile('large')
    .mapPartitions((rows) => [[...rows].length])
    .collect(),
);
await show('csvFile with options', () =>
  lv
    .csvFile(file('options/a.txt', "# one\nx;;'a;;\\'b\n#';;#c\n#'\n"), {
      sep: ';;',
      quote: "'",
      escape: '\\',
      comment: '#',
      mode: 'PERMISSIVE',
    })
    .collect(),
);
await show('csvFile with a backslash as escape', () =>
  lv.csvFile(file('escape/a.csv', '"a \\"b\\" \\\\",c\\d\n'), { escape: '\\' }).collect(),
);
await show('csvFile without quotes', () => lv.csvFile(file('tabs/a.tsv', 'a "b" c\t"\n'), { sep: '\t', quote: '' }).collect());
await show('csvFile of gzip and zstd', async () => {
  file('packed/a.csv.gz', gzipSync('a,b\n1,"2\n3"\n'));
  file('packed/b.csv.zst', zstdCompressSync(Buffer.from('a,b\n4,5\n')));
  return await lv.csvFile('packed', { header: true }).collect();
});
await show('csvFile of nothing', () => lv.csvFile('nowhere').collect());

file('ragged/a.csv', '"x\r\ny",b\r\n\r\n1,"2\n2"\r\n3\r\n4,5,6\r\n7,8\r\n');
await show('csvFile of a row that is too short', () => lv.csvFile('ragged', { header: true }).collect());
await show('csvFile of a row that is too long', () => lv.csvFile(file('long/a.csv', '1\n2,"3"\n'), { sep: ',' }).collect());
await show('csvFile PERMISSIVE', () => lv.csvFile('ragged', { header: true, mode: 'PERMISSIVE' }).collect());
await show('csvFile DROPMALFORMED', () => lv.csvFile('ragged', { header: true, mode: 'DROPMALFORMED' }).collect());
file('quotes/a.csv', 'a,b\n1,x"y"\n"2"z,3\n4,5\n');
await show('csvFile of a quote inside a field', () => lv.csvFile('quotes').collect());
await show('csvFile of a field that goes on after its quote', () => lv.csvFile(file('after/a.csv', '1\n"2"3\n')).collect());
await show('csvFile of wrong quotes, PERMISSIVE', () => lv.csvFile('quotes', { mode: 'PERMISSIVE' }).collect());
await show('csvFile of wrong quotes, DROPMALFORMED', () => lv.csvFile('quotes', { header: true, mode: 'DROPMALFORMED' }).collect());
file('open/a.csv', 'a,b\n1,2\n3,"4\n5,6\n');
await show('csvFile of a quote without end', () => lv.csvFile('open').collect());
await show('csvFile of a quote without end, PERMISSIVE', () => lv.csvFile('open', { mode: 'PERMISSIVE' }).count());
await show('csvFile of a quote without end, DROPMALFORMED', () => lv.csvFile('open', { mode: 'DROPMALFORMED' }).collect());
await show('csvFile of a column named twice', () => lv.csvFile(file('twice/a.csv', 'a,b,a\n1,2,3\n'), { header: true }).collect());
await show('csvFile of a gzip that is cut off', () =>
  lv.csvFile(file('cut/a.csv.gz', gzipSync(readFileSync('airports.csv')).subarray(0, 9000))).count(),
);

await show('csvFile sep', () => lv.csvFile('plain', { sep: '' }));
await show('csvFile sep with a quote', () => lv.csvFile('plain', { sep: '|"' }));
await show('csvFile quote', () => lv.csvFile('plain', { quote: "''" }));
await show('csvFile escape', () => lv.csvFile('plain', { escape: '\n' }));
await show('csvFile comment', () => lv.csvFile('plain', { comment: ',' }));
await show('csvFile header', () => lv.csvFile('plain', { header: 'yes' as never }));
await show('csvFile mode', () => lv.csvFile('plain', { mode: 'STRICT' as never }));
await show('csvFile minPartitions', () => lv.csvFile('plain', { minPartitions: 0 }));

const values = ['', null, undefined, ' a "b" ', 'c,d', 'e\nf', 'g\rh', -0.5, 10n, true, new Date(0), [1, 'x'], { y: 'z' }];
await show('saveAsCsvFile and csvFile', async () => {
  await lv.parallelize([values, values], slices).saveAsCsvFile('values');
  return [written('values'), (await lv.csvFile('values').collect()).length, await lv.csvFile('values').first()];
});
await show('saveAsCsvFile of objects', async () => {
  await lv
    .parallelize(
      [
        { 'a,b': 1, 'c.d': 2 },
        { 'c.d': 3, 'a,b': 4 },
      ],
      1,
    )
    .saveAsCsvFile('objects', { header: true, sep: ',' });
  await lv
    .parallelize(
      [
        { a: 1, b: 2 },
        { b: 3, a: 4 },
      ],
      1,
    )
    .saveAsCsvFile('bare', { sep: '::' });
  return [written('objects'), await lv.csvFile('objects', { header: true }).collect(), written('bare')];
});
await show('saveAsCsvFile of rows of one field', async () => {
  await lv.parallelize([['\ufeffa'], [''], [null], [' ']], 1).saveAsCsvFile('single');
  return [written('single'), await lv.csvFile('single').collect()];
});
await show('saveAsCsvFile compressed', async () => {
  await lv.parallelize([{ a: 'ü' }], slices).saveAsCsvFile('zst', { header: true, codec: 'zstd' });
  const names = parts('zst');
  return [
    names.every((name) => name.endsWith('.csv.zst')),
    names.map((name) => zstdDecompressSync(readFileSync(`zst/${name}`)).toString()).join(''),
    await lv.csvFile('zst', { header: true }).collect(),
  ];
});
await show('saveAsCsvFile of an empty RDD', async () => {
  await lv.parallelize<object>([], slices).saveAsCsvFile('empty', { header: true });
  return [parts('empty').length === slices, await lv.csvFile('empty', { header: true }).collect()];
});
await show('saveAsCsvFile of many rows', async () => {
  await lv
    .range(5000, { numSlices: slices })
    .map((n) => ({ n, text: 'x\n'.repeat(n % 3) }))
    .saveAsCsvFile('many', { header: true });
  const back = lv.csvFile('many', { header: true });
  return [await back.count(), await back.map(({ n }) => Number(n)).sum(), await back.map(({ text }) => text?.length ?? 0).sum()];
});
await show('saveAsCsvFile into a folder that is there', () => lv.parallelize([[1]]).saveAsCsvFile('values'));
await show('saveAsCsvFile of strings', () => lv.parallelize(['a'] as unknown as string[][], 1).saveAsCsvFile('bad-1'));
await show('saveAsCsvFile of arrays with a header', () => lv.parallelize([[1, 2]], 1).saveAsCsvFile('bad-2', { header: true }));
await show('saveAsCsvFile of rows of several lengths', () => lv.parallelize([[1, 2], [3]], 1).saveAsCsvFile('bad-3'));
await show('saveAsCsvFile of a field that is missing', () =>
  lv.parallelize([{ a: 1, b: 2 }, { a: 3 }] as object[], 1).saveAsCsvFile('bad-4'),
);
await show('saveAsCsvFile of one field more', () => lv.parallelize([{ a: 1 }, { a: 3, b: 4 }] as object[], 1).saveAsCsvFile('bad-5'));
await show('saveAsCsvFile of an array after an object', () => lv.parallelize([{ a: 1 }, [2]] as object[], 1).saveAsCsvFile('bad-6'));
await show('saveAsCsvFile of an object after an array', () => lv.parallelize([[2], { a: 1 }] as object[], 1).saveAsCsvFile('bad-7'));
await show('saveAsCsvFile of no fields', () => lv.parallelize([[]] as object[], 1).saveAsCsvFile('bad-8'));
await show('saveAsCsvFile with another codec', () => lv.parallelize([[1]]).saveAsCsvFile('bad-9', { codec: 'lzo' as never }));
await show('saveAsCsvFile sep', () => lv.parallelize([[1]]).saveAsCsvFile('bad-10', { sep: '"' }));
