import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type InputFile, listInputs, splitFiles } from '../../../driver/planner/list-inputs.ts';
import { createDirectoryObjectStore } from '../../../engine/adapters/local/directory-object-store.ts';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';

const callSite = { file: '/p/job.ts', line: 3, column: 7 };

async function listed(names: readonly string[], ...paths: string[]): Promise<readonly string[]> {
  const files = createMemoryObjectStore();
  for (const name of names) await files.put(name, new TextEncoder().encode(name));
  return (await listInputs({ paths, files, callSite, operation: 'textFile' })).map(({ path }) => path);
}

describe('listInputs', () => {
  test('a file is itself, also a hidden one', async () => {
    expect(await listed(['d/a.txt', 'd/_x'], '/d/a.txt', '/d/_x')).toEqual(['/d/a.txt', '/d/_x']);
  });

  test('a folder is its own files, without hidden ones and subfolders', async () => {
    expect(await listed(['d/b.txt', 'd/a.txt', 'd/_SUCCESS', 'd/.crc', 'd/sub/c.txt', 'e.txt'], '/d')).toEqual(['/d/a.txt', '/d/b.txt']);
  });

  test('a pattern matches whole segments, in path order', async () => {
    const names = ['d/1/x.txt', 'd/1/y.csv', 'd/2/x.txt', 'd/_t/x.txt', 'd/x.txt'];
    expect(await listed(names, '/d/*/x.txt')).toEqual(['/d/1/x.txt', '/d/2/x.txt']);
    expect(await listed(names, '/d/{1,2}/*')).toEqual(['/d/1/x.txt', '/d/1/y.csv', '/d/2/x.txt']);
    expect(await listed(names, '/d/[2-9]')).toEqual(['/d/2/x.txt']);
  });

  test('folders deeper than what is asked for are passed over', async () => {
    const files = createMemoryObjectStore();
    const names = ['d/a.txt', 'd/z.txt', ...Array.from({ length: 5000 }, (_, i) => `d/node_modules/p${i % 70}/f${i}.js`)];
    for (const name of names) await files.put(name, new Uint8Array());
    let seen = 0;
    const list: typeof files.list = async (...args) => {
      const page = await files.list(...args);
      seen += page.objects.length;
      return page;
    };
    for (const path of ['/d/*.txt', '/d', '/d/']) {
      seen = 0;
      const found = await listInputs({ paths: [path], files: { ...files, list }, callSite, operation: 'textFile' });
      expect(found.map((file) => file.path)).toEqual(['/d/a.txt', '/d/z.txt']);
      expect(seen).toBeLessThan(1100);
    }
    const deep = await listInputs({ paths: ['/d/node_modules/p1*/f1*.js'], files: { ...files, list }, callSite, operation: 'textFile' });
    expect(deep.length).toBe(names.filter((name) => /^d\/node_modules\/p1\d?\/f1\d*\.js$/.test(name)).length);
  });

  test('an empty folder has no files; a path that is not there is an error', async () => {
    const root = mkdtempSync(join(tmpdir(), 'levin-list-'));
    mkdirSync(join(root, 'empty/deeper'), { recursive: true });
    const files = createDirectoryObjectStore({ root: '/', followLinks: true });
    expect(await listInputs({ paths: [join(root, 'empty'), `${join(root, 'empty')}/`], files, callSite, operation: 'textFile' })).toEqual(
      [],
    );
    await expect(listInputs({ paths: [join(root, 'no')], files, callSite, operation: 'textFile' })).rejects.toMatchObject({
      code: 'PATH_NOT_FOUND',
    });
    rmSync(root, { recursive: true });
  });

  test('what is not there says so, with the line of the call', async () => {
    await expect(listed([], '/no/such')).rejects.toMatchObject({
      code: 'PATH_NOT_FOUND',
      fault: 'user',
      message: 'Input path does not exist: /no/such. Relative paths start at the working folder of levin run. (textFile at /p/job.ts:3:7)',
    });
    await expect(listed(['d/a.txt'], '/d/*.csv')).rejects.toMatchObject({
      message: 'No file matches /d/*.csv. Relative paths start at the working folder of levin run. (textFile at /p/job.ts:3:7)',
    });
  });

  test('a folder of folders is refused with the remedy', async () => {
    await expect(listed(['d/x/a.txt'], '/d')).rejects.toMatchObject({
      code: 'NOT_A_FILE',
      message: '/d has no files of its own, only folders (/d/x). Name them with a pattern: /d/* (textFile at /p/job.ts:3:7)',
    });
  });
});

describe('splitFiles', () => {
  const file = (path: string, size: number): InputFile => ({ path, size, etag: 'e' });
  const cuts = (files: readonly InputFile[], min: number, max: number): readonly (readonly [string, number, number])[] =>
    splitFiles(files, min, max).map(({ path, start, end }) => [path, start, end] as const);

  test('a file is cut into about as many splits as asked', () => {
    expect(cuts([file('a', 100)], 2, 1000)).toEqual([
      ['a', 0, 50],
      ['a', 50, 100],
    ]);
  });

  test('no split is larger than the limit, and no tiny one is left', () => {
    expect(cuts([file('a', 105)], 1, 50)).toEqual([
      ['a', 0, 50],
      ['a', 50, 105],
    ]);
  });

  test('an empty file is one empty split, no file is none', () => {
    expect(cuts([file('a', 0)], 2, 50)).toEqual([['a', 0, 0]]);
    expect(cuts([], 2, 50)).toEqual([]);
  });

  test('splits cover every file once, without gaps', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(5000), { maxLength: 8 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 700 }),
        (sizes, min, max) => {
          const files = sizes.map((size, i) => file(`f${i}`, size));
          const splits = splitFiles(files, min, max);
          for (const { path, size } of files) {
            let at = 0;
            for (const split of splits.filter((s) => s.path === path)) {
              expect(split.start).toBe(at);
              at = split.end;
            }
            expect(at).toBe(size);
          }
          expect(Math.max(0, ...splits.map((s) => s.end - s.start))).toBeLessThanOrEqual(Math.ceil(max * 1.1));
        },
      ),
    );
  });
});
