import { describe, expect, test } from 'vitest';
import { openTestEngine, type TestEngine, testStores } from '../../support/engine.ts';

async function names({ stores }: Pick<TestEngine, 'stores'>): Promise<readonly string[]> {
  return (await stores.files.list('out/')).objects.map(({ key }) => key.replace(/-[0-9a-f]{32}$/, ''));
}

describe('output folders', () => {
  test('a refused output is an action like others: another driver goes on after it', async () => {
    const stores = testStores();
    await stores.files.put('out/old.txt', new Uint8Array());
    const job = async (lv: TestEngine): Promise<unknown> => {
      const save = lv.range(4, 2).saveAsTextFile('/out');
      const refused = await save.then(
        () => 'saved',
        (error: { readonly code?: string }) => error.code,
      );
      return [refused, await lv.range(5, 2).count()];
    };
    expect(await job(await openTestEngine({ stores }))).toEqual(['OUTPUT_EXISTS', 5]);
    expect(await job(await openTestEngine({ stores, resume: true }))).toEqual(['OUTPUT_EXISTS', 5]);
    expect(await names({ stores })).toEqual(['out/old.txt']);
  });

  test('two actions at the same time cannot write the same folder', async () => {
    const lv = await openTestEngine();
    const saves = await Promise.allSettled([lv.range(4, 2).saveAsTextFile('/out'), lv.range(6, 3).saveAsTextFile('/out')]);
    expect(saves).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected', reason: { code: 'OUTPUT_EXISTS' } }]);
    expect(await names(lv)).toEqual(['out/_SUCCESS', 'out/_levin/manifest-0000000001.json', 'out/part-00000', 'out/part-00001']);
  });

  test('with validateOutput false what the folder held stays, and is part of the output', async () => {
    const lv = await openTestEngine({ config: { validateOutput: false } });
    await lv.stores.files.put('out/part-of-the-story.txt', new Uint8Array());
    await lv.range(4, 1).saveAsTextFile('/out');
    await lv.range(4, 1).saveAsTextFile('/out');
    expect(await names(lv)).toEqual([
      'out/_SUCCESS',
      'out/_levin/manifest-0000000003.json',
      'out/part-00000',
      'out/part-00000',
      'out/part-of-the-story.txt',
    ]);
    expect(await lv.textFile('/out').count()).toBe(8);
  });

  test('a plain put that is done once more, late, does not bring _SUCCESS back beside half an output', async () => {
    const stores = testStores();
    const { files, staged } = stores;
    const plain = new Map<string, Parameters<typeof files.put>[1]>();
    const beside: boolean[] = [];
    const late: typeof files = {
      ...files,
      async put(key, body, options) {
        if (options?.ifAbsent !== true) plain.set(key, body);
        return await files.put(key, body, options);
      },
      async deleteMany(keys, options) {
        const report = await files.deleteMany(keys, options);
        for (const key of keys) if (plain.has(key)) await files.put(key, plain.get(key) as Uint8Array);
        return report;
      },
    };
    const watched: typeof staged = {
      ...staged,
      async publish(key) {
        beside.push((await files.list('out/_SUCCESS')).objects.length > 0);
        return await staged.publish(key);
      },
    };
    const lv = await openTestEngine({ stores: { ...stores, files: late, staged: watched } });
    await lv.range(4, 1).saveAsTextFile('/out');
    await lv.range(4, 2).saveAsTextFile('/out', { mode: 'overwrite' });
    expect(beside).toEqual([false, false, false]);
    expect(await names(lv)).toEqual(['out/_SUCCESS', 'out/_levin/manifest-0000000002.json', 'out/part-00000', 'out/part-00001']);
  });

  test('a slash at the end of the path changes nothing', async () => {
    const lv = await openTestEngine();
    await lv.range(4, 1).saveAsTextFile('/out/');
    expect(await names(lv)).toEqual(['out/_SUCCESS', 'out/_levin/manifest-0000000001.json', 'out/part-00000']);
    await expect(lv.range(4, 1).saveAsTextFile('/out/')).rejects.toMatchObject({ code: 'OUTPUT_EXISTS' });
  });

  test('paths of a kind that is not known are refused, not taken for folders', async () => {
    const lv = await openTestEngine();
    expect(() => lv.range(4, 1).saveAsTextFile('gs://bucket/out')).toThrow(
      'gs://bucket/out is no path of this machine. levin reads and writes local paths, file:// URLs and s3:// paths.',
    );
    await expect(lv.textFile('hdfs://books/*.txt').count()).rejects.toMatchObject({ code: 'UNSUPPORTED_PATH' });
    await expect(lv.textFile(' , ').count()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
