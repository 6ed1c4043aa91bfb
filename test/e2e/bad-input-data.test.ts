import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { jobFolder, jobText } from '../support/job-folder.ts';

interface Seen {
  readonly code: number | null;
  readonly stdout: string;
  /** The folder of the job is `<folder>`. */
  readonly stderr: string;
}

interface Job {
  readonly lines: readonly string[];
  readonly prepare?: (path: string) => unknown;
  readonly args?: readonly string[];
}

async function run({ lines, prepare, args = ['--on', 'local[2]'] }: Job): Promise<Seen> {
  using folder = jobFolder({ 'job.ts': jobText(...lines) });
  prepare?.(folder.path);
  const { code, stdout, stderr } = await folder.run(['job.ts', '--quiet', ...args]);
  return { code, stdout, stderr: stderr.replaceAll(folder.path, '<folder>') };
}

const put = (name: string, bytes: string | Uint8Array) => (path: string) => {
  mkdirSync(join(path, name, '..'), { recursive: true });
  writeFileSync(join(path, name), bytes);
};

describe('bytes that are not UTF-8', () => {
  const bad = Buffer.concat([Buffer.from('first\nsec'), Buffer.from([0xff, 0xfe]), Buffer.from('ond ü\n')]);

  test('become U+FFFD by default, in text, whole files, JSON and CSV', async () => {
    const seen = await run({
      lines: [
        "console.log(JSON.stringify(await lv.textFile('in.txt').collect()));",
        "console.log(JSON.stringify(await lv.wholeTextFiles('in.txt').values().collect()));",
        "console.log(JSON.stringify(await lv.csvFile('in.txt').collect()));",
        "console.log(JSON.stringify(await lv.jsonFile('in.json').collect()));",
      ],
      prepare(path) {
        put('in.txt', bad)(path);
        put('in.json', Buffer.from([0x22, 0xe2, 0x82, 0x22, 0x0a]))(path);
      },
    });
    expect(seen).toEqual({
      code: 0,
      stdout: '["first","sec\ufffd\ufffdond ü"]\n["first\\nsec\ufffd\ufffdond ü\\n"]\n[["first"],["sec\ufffd\ufffdond ü"]]\n["\ufffd"]\n',
      stderr: '',
    });
  });

  test.for([
    ['textFile', 'in.txt'],
    ['wholeTextFiles', 'in.txt'],
    ['csvFile', 'in.txt'],
    ['jsonFile', 'in.json'],
  ] as const)('fail where they must not be: %s', async ([source, name]) => {
    const { code, stderr } = await run({
      lines: [`await lv.${source}('${name}', { invalidUtf8: 'fail' }).count();`],
      prepare(path) {
        put('in.txt', bad)(path);
        put('in.json', Buffer.concat([Buffer.from('"12345678"\n"'), bad.subarray(6, 11), Buffer.from('"\n')]))(path);
      },
    });
    const offset = source === 'jsonFile' ? 15 : 9;
    expect(stderr).toBe(
      `levin: count: task ${source === 'jsonFile' ? 1 : 0} of stage 0 (count at job.ts:4) the same error came 2 times from the same place, last with: ` +
        `<folder>/${name} is not UTF-8: byte ${offset} is 0xff, where no character can go on or begin. Convert the file, or read it with invalidUtf8: 'replace', which gives U+FFFD for such bytes. [INVALID_UTF8]\n`,
    );
    expect(code).toBe(1);
  });

  test('an option that is neither', async () => {
    const { code, stderr } = await run({ lines: ["lv.textFile('in.txt', { invalidUtf8: 'skip' as 'fail' });"] });
    expect(stderr).toMatch(/^levin: textFile: invalidUtf8 is the string "skip"; it must be 'replace' or 'fail'\. \[INVALID_ARGUMENT\]\n/);
    expect(code).toBe(1);
  });
});

describe('one line that is very long', () => {
  const line = (bytes: number) => (path: string) => {
    put('in.txt', '')(path);
    truncateSync(join(path, 'in.txt'), bytes);
  };
  const lines = ["console.log(await lv.textFile('in.txt').map((text) => text.length).collect());"];

  test('300 MB are one record', async () => {
    expect(await run({ lines, prepare: line(300_000_000) })).toEqual({ code: 0, stdout: '[ 300000000 ]\n', stderr: '' });
  });

  test('600 MB are more than a string can hold', async () => {
    const { code, stderr } = await run({ lines, prepare: line(600_000_000) });
    expect(stderr).toMatch(
      /^levin: collect: task 0 of stage 0 \(collect at job\.ts:4\) the same error came 2 times from the same place, last with: <folder>\/in\.txt has a line of more than \d+ bytes, and a string can have 536870888\. Is it a text file\? Lines must end with LF, CR LF or CR\. \[LINE_TOO_LONG\]\n$/,
    );
    expect(code).toBe(1);
  });

  test('300 MB on an executor of 256 MB: out of memory, with the remedy, and the driver lives', async () => {
    const { code, stdout } = await run({
      lines: [
        "const code = await lv.textFile('in.txt').map((text) => text.length).collect().then(String, (error) => `${error.code}: ${error.message}`);",
        'console.log(code);',
        'console.log(await lv.range(3).count());',
      ],
      prepare: line(300_000_000),
      args: ['--on', 'local-cluster[1,1,256]'],
    });
    expect(stdout).toMatch(/^OUT_OF_MEMORY: collect: task 0 of stage 0 .*local-cluster\[1,1,512\].*\n3\n$/);
    expect(code).toBe(0);
  });
});

describe('files that are damaged or not what they are said to be', () => {
  const packed = gzipSync(Buffer.from(Array.from({ length: 20_000 }, (_, i) => `line ${(i * 7919) % 20_011}\n`).join('')));

  test('a gzip that is corrupt', async () => {
    const bytes = Buffer.from(packed);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 8) ^ 1, bytes.length - 8);
    const { code, stderr } = await run({ lines: ["await lv.textFile('in.txt.gz').count();"], prepare: put('in.txt.gz', bytes) });
    const [, offset] = /at about byte (\d+) of/.exec(stderr) ?? [];
    expect(stderr.split('\n')[0]).toBe(
      'levin: count: task 0 of stage 0 (count at job.ts:4) the same error came 2 times from the same place, last with: ' +
        `The input file <folder>/in.txt.gz cannot be read as gzip: incorrect data check, at about byte ${offset} of ${bytes.length}. Is it complete, and does its name say the right format? [CORRUPT_INPUT]`,
    );
    // The decompressor says how much it has taken, some of it ahead.
    expect(Number(offset)).toBeGreaterThan(bytes.length - 16_384);
    expect(code).toBe(1);
  });

  test('a text that is called gzip', async () => {
    const { code, stderr } = await run({
      lines: ["await lv.textFile('in.txt.gz').count();"],
      prepare: put('in.txt.gz', 'no gzip at all\n'),
    });
    expect(stderr).toContain(
      'The input file <folder>/in.txt.gz cannot be read as gzip: incorrect header check, at about byte 0 of 15. Is it complete',
    );
    expect(code).toBe(1);
  });

  test('a CSV with ragged rows: file, line, columns', async () => {
    const { code, stderr } = await run({
      lines: ["await lv.csvFile('in.csv', { header: true }).collect();"],
      prepare: put('in.csv', 'a,b,c\n1,"2\n2",3\n4,5\n'),
    });
    expect(stderr).toBe(
      'levin: collect: task 0 of stage 0 (collect at job.ts:4) the same error came 2 times from the same place, last with: ' +
        `<folder>/in.csv, line 4, has 2 columns; the header of the file has 3. The row is [ '4', '5' ], separated by ",". Correct the file, or read it with mode PERMISSIVE, which fills up and cuts such rows, or DROPMALFORMED, which leaves them out. [CSV_RAGGED_ROW]\n`,
    );
    expect(code).toBe(1);
  });
});

describe('few files, many files, none', () => {
  test('an empty folder is an input without partitions', async () => {
    const seen = await run({
      lines: [
        "const empty = lv.textFile('in');",
        'console.log(await empty.count(), await empty.getNumPartitions(), await empty.isEmpty());',
      ],
      prepare: (path) => mkdirSync(join(path, 'in')),
    });
    expect(seen).toEqual({ code: 0, stdout: '0 0 true\n', stderr: '' });
  });

  test('a pattern that matches nothing', async () => {
    const { code, stderr } = await run({ lines: ["await lv.textFile('in/*.txt').count();"], prepare: put('in/a.csv', '') });
    expect(stderr).toBe(
      'levin: No file matches <folder>/in/*.txt. Relative paths start at the working folder of levin run. (textFile at <folder>/job.ts:4:10) [PATH_NOT_FOUND]\n',
    );
    expect(code).toBe(1);
  });

  test('16,000 files', async () => {
    const seen = await run({
      lines: [
        "const lines = lv.textFile('in');",
        'console.log(await lines.getNumPartitions(), await lines.coalesce(4).map(Number).sum());',
        "console.log(await lv.wholeTextFiles('in', 4).getNumPartitions());",
      ],
      prepare(path) {
        mkdirSync(join(path, 'in'));
        for (let i = 0; i < 16_000; i++) writeFileSync(join(path, `in/${i}.txt`), String(i));
      },
    });
    expect(seen).toEqual({ code: 0, stdout: '16000 127992000\n5\n', stderr: '' });
  });
});

describe('functions that are wrong', () => {
  test.for([
    ['7.5', 'the number 7.5', ''],
    ['-1', 'the number -1', ' Take it modulo 4, without sign.'],
  ] as const)('a partition function that gives %s', async ([given, shown, hint]) => {
    const { code, stderr } = await run({ lines: [`await lv.parallelize([['a', 1]], 1).partitionBy(4, () => ${given}).collect();`] });
    expect(stderr).toBe(
      'levin: collect: task 0 of stage 0 (partitionBy at job.ts:4) the same error came 2 times from the same place, last with: ' +
        `The partition function gave ${shown} for the key the string "a"; it must give a whole number from 0 to 3.${hint} [BAD_PARTITION]\n`,
    );
    expect(code).toBe(1);
  });

  test('a key function of a sort that is not consistent: it ends, with each record once', async () => {
    const seen = await run({
      lines: [
        'const shuffled = await lv.range(20_000, { numSlices: 4 }).sortBy(() => Math.random(), { numPartitions: 5 }).collect();',
        'console.log(shuffled.length, new Set(shuffled).size);',
      ],
    });
    expect(seen).toEqual({ code: 0, stdout: '20000 20000\n', stderr: '' });
  });

  test('a result that is larger than the driver may hold', async () => {
    const { code, stderr } = await run({
      lines: ['await lv.range(1000, { numSlices: 1 }).map((x) => `some text ${x}`).collect();'],
      args: ['--on', 'local[2]', '--conf', 'maxResultBytes=10000'],
    });
    expect(stderr).toMatch(
      /^levin: collect: the result has at least \d{5} bytes, above maxResultBytes \(10000\)\. Reduce it on the executors, write it with saveAsTextFile, read it with toLocalIterator, or raise maxResultBytes\. \[RESULT_TOO_LARGE\]\n/,
    );
    expect(code).toBe(1);
  });

  test('records of circles travel, and cannot be JSON', async () => {
    const { code, stdout, stderr } = await run({
      lines: [
        'const circles = lv.range(1, { numSlices: 1 }).map((x) => { const o: Record<string, unknown> = { x }; o["o"] = o; return o; });',
        'console.log(((await circles.repartition(2).collect())[0] as any).o.o.x);',
        "await circles.saveAsJsonFile('out');",
      ],
    });
    expect(stdout).toBe('0\n');
    expect(stderr).toContain('saveAsJsonFile cannot write a record as JSON: Converting circular structure to JSON');
    expect(stderr).toContain("--- property 'o' closes the circle. Map records to plain data before. [RECORD_NOT_TEXT]");
    expect(stderr).not.toContain('/dist/');
    expect(code).toBe(1);
  });
});
