import { describe, expect, test } from 'vitest';
import { listInputs } from '../../../driver/planner/list-inputs.ts';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import type { ObjectStore } from '../../../engine/ports/object-store.ts';

const callSite = { file: '/p/job.ts', line: 3, column: 7 };

async function storeOf(...names: readonly string[]): Promise<ObjectStore> {
  const files = createMemoryObjectStore();
  for (const name of names) await files.put(name, new Uint8Array(3));
  return files;
}

async function putManifest(files: ObjectStore, version: number, ...names: readonly string[]): Promise<void> {
  const text = JSON.stringify({ format: 1, files: names.map((name) => ({ name, length: 3, checksum: null })) });
  await files.put(`out/_levin/manifest-${String(version).padStart(10, '0')}.json`, new TextEncoder().encode(text));
}

async function listed(files: ObjectStore, path: string): Promise<readonly string[]> {
  return (await listInputs({ paths: [path], files, callSite, operation: 'textFile' })).map((file) => file.path);
}

describe('outputs of levin', () => {
  test('hold what their manifest names, in that order', async () => {
    const files = await storeOf('out/part-00000-a', 'out/part-00000-loser', 'out/part-00001-b');
    await putManifest(files, 1, 'part-00001-b', 'part-00000-a');
    expect(await listed(files, '/out')).toEqual(['/out/part-00001-b', '/out/part-00000-a']);
    expect(await listed(files, '/out/')).toEqual(['/out/part-00001-b', '/out/part-00000-a']);
    expect(await listed(files, '/o*')).toEqual(['/out/part-00000-a', '/out/part-00001-b']);
  });

  test('the manifest with the highest number counts', async () => {
    const files = await storeOf('out/part-00000-a', 'out/part-00000-b');
    await putManifest(files, 9, 'part-00000-a');
    await putManifest(files, 10, 'part-00000-b');
    expect(await listed(files, '/out')).toEqual(['/out/part-00000-b']);
  });

  test('a pattern matches committed files only', async () => {
    const files = await storeOf('out/part-00000-a.csv', 'out/part-00000-loser.csv', 'out/part-00001-b.csv', 'other/x.csv');
    await putManifest(files, 1, 'part-00000-a.csv', 'part-00001-b.csv');
    expect(await listed(files, '/out/*.csv')).toEqual(['/out/part-00000-a.csv', '/out/part-00001-b.csv']);
    expect(await listed(files, '/out/part-00001*')).toEqual(['/out/part-00001-b.csv']);
    expect(await listed(files, '/*/*.csv')).toEqual(['/other/x.csv', '/out/part-00000-a.csv', '/out/part-00001-b.csv']);
  });

  test.each(['/out', '/out/', '/o*', '/out/*', '/out/part-*', '/{out,in}/part-*'])(
    '%s: while nothing is committed it is an error',
    async (path) => {
      const files = await storeOf('out/_levin/pending-app-1-4', 'out/_levin/staged/part-00001-b.staged', 'out/part-00000-a', 'in/part-0');
      await expect(listed(files, path)).rejects.toMatchObject({
        code: 'OUTPUT_NOT_COMMITTED',
        fault: 'user',
        message:
          '/out/ holds an output that is not committed: application app-1 is writing it, or was stopped before it was done. Wait for it, resume it with levin run --app app-1, or delete the folder. (textFile at /p/job.ts:3:7)',
      });
    },
  );

  test('somebody who adds to an output, or replaces it, is not seen before he has committed', async () => {
    const files = await storeOf('out/_levin/pending-app-1-4', 'out/part-00000-a', 'out/part-00000-new');
    await putManifest(files, 1, 'part-00000-a');
    expect(await listed(files, '/out')).toEqual(['/out/part-00000-a']);
  });

  test('a file of the manifest that is not there is an error', async () => {
    const files = await storeOf('out/part-00001-b');
    await putManifest(files, 1, 'part-00001-b', 'part-00000-a');
    await expect(listed(files, '/out')).rejects.toMatchObject({
      code: 'INPUT_INCOMPLETE',
      message: '/out/part-00000-a is named by the manifest of /out/ but is not there. Write the output again. (textFile at /p/job.ts:3:7)',
    });
  });

  test('an output that is replaced while it is listed is listed as it is then', async () => {
    const files = await storeOf('out/part-00000-a', 'out/part-00001-a', 'out/part-00000-b');
    await putManifest(files, 1, 'part-00000-a', 'part-00001-a');
    let read = 0;
    const get: ObjectStore['get'] = async (key, options) => {
      const bytes = await files.get(key, options);
      // The writer commits when the reader has just read the old manifest.
      if (read++ === 0) {
        await putManifest(files, 2, 'part-00000-b');
        await files.deleteMany(['out/_levin/manifest-0000000001.json', 'out/part-00000-a', 'out/part-00001-a']);
      }
      return bytes;
    };
    expect(await listed({ ...files, get }, '/out')).toEqual(['/out/part-00000-b']);
  });

  test('a listing that misses what is replaced while it is made misleads nobody', async () => {
    const files = await storeOf('out/part-00000-a', 'out/part-00000-b');
    await putManifest(files, 2, 'part-00000-b');
    // As a directory store lists: names first, then what each is; both manifests, the old one and the new one, may be missed.
    for (const missed of [1, 2]) {
      let lists = 0;
      const list: ObjectStore['list'] = async (prefix, options) => {
        const page = await files.list(prefix, options);
        return lists++ < missed ? { ...page, objects: page.objects.filter(({ key }) => !key.includes('_levin/')) } : page;
      };
      expect(await listed({ ...files, list }, missed === 1 ? '/out' : '/o*')).toEqual(['/out/part-00000-b']);
    }
  });

  test('a manifest that cannot be read says so', async () => {
    const files = await storeOf('out/part-00000-a');
    await files.put('out/_levin/manifest-0000000001.json', new TextEncoder().encode('{ "format": 2 }'));
    await expect(listed(files, '/out')).rejects.toMatchObject({
      code: 'MANIFEST_INVALID',
      message:
        'The manifest of /out cannot be read: it is not of format 1. It was damaged or written by a newer levin; write the output again.',
    });
  });

  test('what is left of attempts that came too late hides nothing', async () => {
    const files = await storeOf('out/_levin/staged/part-00001-b.staged', 'out/a.txt');
    expect(await listed(files, '/out')).toEqual(['/out/a.txt']);
  });
});
