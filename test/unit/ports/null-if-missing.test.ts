import { expect, test } from 'vitest';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import { LevinError } from '../../../engine/errors/levin-error.ts';
import { nullIfMissing } from '../../../engine/ports/null-if-missing.ts';

test('an object that is not there is null, one that is there is what was asked for', async () => {
  const store = createMemoryObjectStore();
  await store.put('there', new Uint8Array([1, 2]));
  expect(await nullIfMissing(store.get('missing'))).toBe(null);
  expect(await nullIfMissing(store.head('missing'))).toBe(null);
  expect(await nullIfMissing(store.get('there'))).toEqual(new Uint8Array([1, 2]));
});

test('no other failure is taken for an object that is not there', async () => {
  const denied = new LevinError({ code: 'ACCESS_DENIED', fault: 'user', message: 'no' });
  await expect(nullIfMissing(Promise.reject(denied))).rejects.toBe(denied);
});
