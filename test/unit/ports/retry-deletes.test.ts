import { expect, test } from 'vitest';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import { createMemoryStagedFiles } from '../../../engine/adapters/memory/memory-staged-files.ts';
import { LevinError } from '../../../engine/errors/levin-error.ts';
import type { DeleteReport } from '../../../engine/ports/object-store.ts';
import { retryObjectStore } from '../../../engine/ports/wrappers/retry-object-store.ts';
import { retryStagedFiles } from '../../../engine/ports/wrappers/retry-staged-files.ts';

const retries = { clock: { sleep: async (): Promise<void> => {} }, random: { next: () => 0.5 } };
const BYTES = new Uint8Array([1]);

/** The last key of a batch fails this often. */
function failingLast(times: number, asked: (readonly string[])[], remove: (keys: readonly string[]) => Promise<DeleteReport>) {
  let left = times;
  return async (keys: readonly string[]): Promise<DeleteReport> => {
    asked.push(keys);
    if (left-- <= 0) return await remove(keys);
    await remove(keys.slice(0, -1));
    return { failed: [{ key: keys.at(-1) as string, message: 'InternalError' }] };
  };
}

test('keys of a batch that could not be deleted are tried again, alone', async () => {
  const inner = createMemoryObjectStore();
  for (const key of ['a', 'b', 'c']) await inner.put(key, BYTES);
  const asked: (readonly string[])[] = [];
  const store = retryObjectStore({ ...inner, deleteMany: failingLast(2, asked, (keys) => inner.deleteMany(keys)) }, retries);
  expect(await store.deleteMany(['a', 'b', 'c'])).toEqual({ failed: [] });
  expect(asked).toEqual([['a', 'b', 'c'], ['c'], ['c']]);
  expect((await inner.list('')).objects).toEqual([]);
});

test('keys that cannot be deleted at all are reported after five tries', async () => {
  const inner = createMemoryObjectStore();
  await inner.put('a', BYTES);
  const asked: (readonly string[])[] = [];
  const store = retryObjectStore({ ...inner, deleteMany: failingLast(9, asked, (keys) => inner.deleteMany(keys)) }, retries);
  expect(await store.deleteMany(['a'])).toEqual({ failed: [{ key: 'a', message: 'InternalError' }] });
  expect(asked.length).toBe(5);
});

test('every call about staged files is made again after a transient failure', async () => {
  const files = createMemoryObjectStore();
  const inner = createMemoryStagedFiles(files);
  const unavailable = new LevinError({ code: 'STORE_UNAVAILABLE', fault: 'transient', message: 'not now' });
  const failsOnce = <A extends unknown[], R>(call: (...args: A) => Promise<R>): ((...args: A) => Promise<R>) => {
    let first = true;
    return async (...args) => {
      if (first) {
        first = false;
        throw unavailable;
      }
      return await call(...args);
    };
  };
  const staged = retryStagedFiles(
    {
      mark: failsOnce(inner.mark),
      stage: failsOnce(inner.stage),
      publish: failsOnce(inner.publish),
      list: failsOnce(inner.list),
      discard: failsOnce(inner.discard),
    },
    retries,
  );
  await staged.mark('out/_levin/pending-app-0');
  await staged.stage('out/part-00000-x', BYTES);
  await staged.stage('out/part-00001-y', BYTES);
  expect(await staged.list('out')).toEqual(['out/part-00000-x', 'out/part-00001-y']);
  expect(await staged.publish('out/part-00000-x')).toBe(true);
  expect(await staged.discard('out', ['out/part-00001-y'])).toEqual({ failed: [] });
  expect((await files.list('')).objects.map(({ key }) => key)).toEqual(['out/_levin/pending-app-0', 'out/part-00000-x']);
});
