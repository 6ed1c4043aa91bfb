import { describe, expect, test } from 'vitest';
import { openTestEngine, type TestEngine, type TestStores, testStores } from '../../support/engine.ts';

async function names({ files }: TestStores, prefix = 'out/'): Promise<readonly string[]> {
  return (await files.list(prefix)).objects.map(({ key }) => key.slice(prefix.length).replace(/-[0-9a-f]{32}(?=$|\.)/, ''));
}

async function storesWith(...files: readonly string[]): Promise<TestStores> {
  const stores = testStores();
  for (const name of files) await stores.files.put(name, new TextEncoder().encode('old\n'));
  return stores;
}

const lines = (lv: TestEngine): Promise<readonly string[]> => lv.textFile('/out').collect();

describe('save modes', () => {
  test('error: what is there is refused, with the way out', async () => {
    const lv = await openTestEngine({ stores: await storesWith('out/a.txt') });
    await expect(lv.range(2, 1).saveAsTextFile('/out')).rejects.toMatchObject({
      code: 'OUTPUT_EXISTS',
      fault: 'user',
      message:
        "Output path exists already: /out. Choose another one, delete it first, or save with { mode: 'overwrite' }; nothing was written.",
    });
    expect(lv.attempts.length).toBe(0);
  });

  test('overwrite: old files of anybody go, hidden ones stay', async () => {
    const stores = await storesWith('out/a.txt', 'out/_SUCCESS', 'out/.hidden', 'out/_notes/x');
    const lv = await openTestEngine({ stores });
    await lv.range(2, 1).saveAsTextFile('/out', { mode: 'overwrite' });
    expect(await names(stores)).toEqual(['.hidden', '_SUCCESS', '_levin/manifest-0000000002.json', '_notes/x', 'part-00000']);
    expect(await lines(lv)).toEqual(['0', '1']);
  });

  test('overwrite: an action may read what it replaces', async () => {
    const stores = await storesWith('out/a.txt');
    const lv = await openTestEngine({ stores });
    await lv
      .textFile('/out')
      .map((line) => `${line}er`)
      .saveAsTextFile('/out', { mode: 'overwrite' });
    expect(await lines(lv)).toEqual(['older']);
  });

  test('overwrite refuses a folder of folders: a slip in the path costs nobody his data', async () => {
    const stores = await storesWith('out/photos/1.jpg', 'out/a.txt');
    const lv = await openTestEngine({ stores });
    await expect(lv.range(2, 1).saveAsTextFile('/out', { mode: 'overwrite' })).rejects.toMatchObject({
      code: 'OUTPUT_EXISTS',
      message:
        'Output path /out holds folders (photos): only a folder of files can be overwritten. Choose another path or delete it first; nothing was written.',
    });
    expect(await names(stores)).toEqual(['a.txt', 'photos/1.jpg']);
  });

  test.each(['overwrite', 'append'] as const)('%s: what lay there is what readers see until the commit', async (mode) => {
    const stores = await storesWith('out/a.txt', 'out/b.txt');
    const reader = await openTestEngine({ stores: { ...testStores(), files: stores.files } });
    const seen: unknown[] = [];
    const lv = await openTestEngine({
      stores,
      script: async () => {
        seen.push(await reader.textFile('/out', seen.length + 1).collect());
        return null;
      },
    });
    await lv.range(2, 1).saveAsTextFile('/out', { mode });
    expect(seen).toEqual([['old', 'old']]);
  });

  test.each(['/out', '/out/', '/out/part-*', '/o*', '/{out,in}', '/out/*'])(
    '%s: a source made after a save sees what was saved',
    async (path) => {
      const lv = await openTestEngine();
      await lv.range(2, 1).saveAsTextFile('/out');
      const before = lv.textFile(path);
      expect(await before.count()).toBe(2);
      await lv.range(3, 1).saveAsTextFile('/out', { mode: 'append' });
      expect([await before.count(), await lv.textFile(path).count()]).toEqual([2, 5]);
    },
  );

  test('append: files that lay there become part of the output; it grows', async () => {
    const stores = await storesWith('out/a.txt');
    const lv = await openTestEngine({ stores });
    await lv.range(2, 1).saveAsTextFile('/out', { mode: 'append' });
    await lv.range(1, 1).saveAsTextFile('/out', { mode: 'append' });
    expect(await lines(lv)).toEqual(['old', '0', '1', '0']);
    expect(await names(stores)).toEqual(['_SUCCESS', '_levin/manifest-0000000003.json', 'a.txt', 'part-00000', 'part-00000']);
  });

  test('ignore: what is there stays and no task runs; where nothing is, it writes', async () => {
    const lv = await openTestEngine({ stores: await storesWith('out/a.txt') });
    await lv.range(2, 1).saveAsTextFile('/out', { mode: 'ignore' });
    expect([lv.attempts.length, await lines(lv)]).toEqual([0, ['old']]);
    await lv.range(2, 1).saveAsTextFile('/new', { mode: 'ignore' });
    expect(await lv.textFile('/new').collect()).toEqual(['0', '1']);
  });

  test.each(['error', 'overwrite', 'append', 'ignore'] as const)('%s: a file in place of the folder is refused', async (mode) => {
    const lv = await openTestEngine({ stores: await storesWith('out') });
    await expect(lv.range(2, 1).saveAsTextFile('/out', { mode })).rejects.toMatchObject({
      code: 'OUTPUT_EXISTS',
      message: 'Output path exists already: /out. Choose another one; nothing was written.',
    });
  });

  test('an unknown mode is an error of the call', async () => {
    const lv = await openTestEngine();
    expect(() => lv.range(2, 1).saveAsTextFile('/out', { mode: 'replace' as 'error' })).toThrow(
      `saveAsTextFile: mode is the string "replace"; it must be 'error', 'overwrite', 'append' or 'ignore'.`,
    );
  });

  test.each(['error', 'append', 'ignore'] as const)(
    '%s: what another application left unfinished is refused with its name',
    async (mode) => {
      const lv = await openTestEngine({ stores: await storesWith('out/_levin/pending-app-9-0', 'out/part-00000-x') });
      await expect(lv.range(2, 1).saveAsTextFile('/out', { mode })).rejects.toMatchObject({
        code: 'OUTPUT_EXISTS',
        message:
          'Output path /out holds an output that is not committed: application app-9 is writing it, or was stopped before it was done. Wait for it, resume it with levin run --app app-9, or delete the folder; nothing was written.',
      });
    },
  );

  test('overwrite takes away what another application left unfinished', async () => {
    const stores = await storesWith('out/_levin/pending-app-9-0', 'out/_levin/staged/part-00000-x.staged', 'out/part-00001-x');
    const lv = await openTestEngine({ stores });
    await lv.range(2, 1).saveAsTextFile('/out', { mode: 'overwrite' });
    expect(await names(stores)).toEqual(['_SUCCESS', '_levin/manifest-0000000001.json', 'part-00000']);
    expect(await lines(lv)).toEqual(['0', '1']);
  });

  test('an action that failed leaves the folder free for the next one of the same job', async () => {
    const lv = await openTestEngine({ config: { maxTaskFailures: 1 } });
    const failing = lv.range(4, 2).map((n) => {
      if (n > 1) throw new Error('no');
      return n;
    });
    await expect(failing.saveAsTextFile('/out')).rejects.toMatchObject({ code: 'USER_ERROR' });
    await lv.range(2, 1).saveAsTextFile('/out');
    expect(await lines(lv)).toEqual(['0', '1']);
  });
});

describe('two writers of one folder', () => {
  /** Another application commits into /out while the tasks of this one run. */
  async function overtaken(
    mode: 'error' | 'overwrite' | 'append',
    before: readonly string[],
  ): Promise<{ stores: TestStores; saved: Promise<void> }> {
    const stores = await storesWith(...before);
    const other = await storesWith();
    const theirs = await openTestEngine({ stores: { ...other, files: stores.files, staged: stores.staged }, appId: 'app-other' });
    let overtook = false;
    const mine = await openTestEngine({
      stores,
      script: async () => {
        if (!overtook) {
          overtook = true;
          await theirs.range(3, 1).saveAsTextFile('/out', { mode: 'overwrite' });
        }
        return null;
      },
    });
    return { stores, saved: mine.range(2, 1).saveAsTextFile('/out', { mode }) };
  }

  test('into a new folder: the second to commit fails and leaves nothing', async () => {
    const { stores, saved } = await overtaken('error', []);
    await expect(saved).rejects.toMatchObject({
      code: 'OUTPUT_CONFLICT',
      message:
        'Another application has written into /out at the same time and was first. Its output stands whole, nothing of this one is left there. Run this job again, or into another path.',
    });
    const reader = await openTestEngine({ stores: { ...testStores(), files: stores.files } });
    expect(await lines(reader)).toEqual(['0', '1', '2']);
  });

  test('appending to what the other one wrote meanwhile', async () => {
    const { stores, saved } = await overtaken('append', ['out/a.txt']);
    await saved;
    const reader = await openTestEngine({ stores: { ...testStores(), files: stores.files } });
    expect(await lines(reader)).toEqual(['0', '1', '2', '0', '1']);
  });

  test('both commit the same version: the manifest that is written first stands, the other output is taken back', async () => {
    const stores = await storesWith();
    const put: TestStores['files']['put'] = async (key, body, options) => {
      if (key.includes('manifest')) {
        await stores.files.put('out/part-00000-other', new TextEncoder().encode('theirs\n'));
        const text = JSON.stringify({ format: 1, files: [{ name: 'part-00000-other', length: 7, checksum: null }] });
        await stores.files.put(key, new TextEncoder().encode(text));
      }
      return await stores.files.put(key, body, options);
    };
    const lv = await openTestEngine({ stores: { ...stores, files: { ...stores.files, put } } });
    await expect(lv.range(2, 1).saveAsTextFile('/out')).rejects.toMatchObject({ code: 'OUTPUT_CONFLICT' });
    expect(await lines(lv)).toEqual(['theirs']);
    expect((await names(stores)).filter((name) => name.startsWith('part-'))).toEqual(['part-00000-other']);
  });
});

test('part files that are gone before the output is decided are made again, and only those', async () => {
  const stores = testStores();
  let tidied = false;
  const list: TestStores['staged']['list'] = async (folder) => {
    if (!tidied) {
      tidied = true;
      const [first] = await stores.staged.list(folder);
      await stores.staged.discard(folder, [first as string]);
    }
    return await stores.staged.list(folder);
  };
  const lv = await openTestEngine({ stores: { ...stores, staged: { ...stores.staged, list } } });
  await lv.range(6, 3).saveAsTextFile('/out');
  expect(await lines(lv)).toEqual(['0', '1', '2', '3', '4', '5']);
  expect(lv.attempts.slice(0, 4).map(({ partition, generation }) => [partition, generation])).toEqual([
    [0, 0],
    [1, 0],
    [2, 0],
    [0, 1],
  ]);
});
