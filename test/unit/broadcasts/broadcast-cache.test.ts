import { expect, test } from 'vitest';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import { encodeBroadcast } from '../../../engine/closures/runtime/broadcast-codec.ts';
import type { ObjectStore } from '../../../engine/ports/object-store.ts';
import { createBroadcastCache } from '../../../engine/runtime/supervisor/broadcast-cache.ts';
import type { BroadcastRef } from '../../../engine/types/broadcast.ts';

/** A store that says what was read of it. */
function counted(): { readonly objects: ObjectStore; readonly reads: string[] } {
  const objects = createMemoryObjectStore();
  const reads: string[] = [];
  const get: ObjectStore['get'] = (key, options) => {
    reads.push(key);
    return objects.get(key, options);
  };
  return { objects: { ...objects, get }, reads };
}

/** Stores a value of about so many bytes for an application. */
async function stored(objects: ObjectStore, appId: string, value: unknown): Promise<BroadcastRef> {
  const { pieces, hash, byteLength } = encodeBroadcast(value);
  await objects.put(`apps/${appId}/broadcasts/${hash}`, Buffer.concat(pieces));
  return { hash, byteLength };
}

const bytes = (fill: number, length: number): Uint8Array => new Uint8Array(length).fill(fill);

test('a process reads a value once, whoever asks and however many at once, into memory that threads share', async () => {
  const { objects, reads } = counted();
  const ref = await stored(objects, 'a', bytes(1, 1000));
  const cache = createBroadcastCache({ objects: async () => objects, maxBytes: 10_000 });
  const all = await Promise.all([cache.get('a', ref), cache.get('a', ref), cache.get('a', ref)]);
  expect(reads).toEqual([`apps/a/broadcasts/${ref.hash}`]);
  expect(new Set(all).size).toBe(1);
  expect(all[0]?.buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(all[0]?.byteLength).toBe(ref.byteLength);
});

test('what was used least lately goes when there is no room, and the last one stays whatever it takes', async () => {
  const { objects, reads } = counted();
  const refs = await Promise.all([1, 2, 3].map((fill) => stored(objects, 'a', bytes(fill, 1000))));
  const [one, two, three] = refs as [BroadcastRef, BroadcastRef, BroadcastRef];
  const cache = createBroadcastCache({ objects: async () => objects, maxBytes: 2500 });
  for (const ref of [one, two, one, three, one, two]) await cache.get('a', ref);
  const name = (ref: BroadcastRef): string => `apps/a/broadcasts/${ref.hash}`;
  expect(reads).toEqual([one, two, three, two].map(name));

  const small = createBroadcastCache({ objects: async () => objects, maxBytes: 0 });
  for (const ref of [one, one, two, one]) await small.get('a', ref);
  expect(reads.slice(4)).toEqual([one, two, one].map(name));
});

test('values are an application’s own, and go when they are not wanted', async () => {
  const { objects, reads } = counted();
  const ref = await stored(objects, 'a', bytes(1, 1000));
  const cache = createBroadcastCache({ objects: async () => objects, maxBytes: 10_000 });
  await cache.get('a', ref);
  await expect(cache.get('b', ref)).rejects.toMatchObject({ code: 'SHARED_LOST', fault: 'transient' });
  expect(reads.filter((key) => key.startsWith('apps/b/'))).toHaveLength(2);
  cache.forget('a', ref.hash);
  await cache.get('a', ref);
  expect(reads.filter((key) => key.startsWith('apps/a/'))).toHaveLength(2);
});

test.each([
  ['changed', (of: Uint8Array) => of.fill(9, 10, 11)],
  ['cut short', (of: Uint8Array) => of.subarray(0, 20)],
  ['gone', () => null],
])('a value that is %s is read once more, told as lost, and read anew when it is there again', async (_, damage) => {
  const { objects, reads } = counted();
  const ref = await stored(objects, 'a', bytes(1, 1000));
  const key = `apps/a/broadcasts/${ref.hash}`;
  const whole = await objects.get(key);
  const damaged = damage(whole.slice());
  if (damaged === null) await objects.deleteMany([key]);
  else await objects.put(key, damaged);
  const cache = createBroadcastCache({ objects: async () => objects, maxBytes: 10_000 });
  await expect(cache.get('a', ref)).rejects.toMatchObject({ code: 'SHARED_LOST', details: { key } });
  // The first one was the test's own.
  expect(reads).toHaveLength(1 + 2);
  await objects.put(key, whole);
  expect(Buffer.from(await cache.get('a', ref))).toEqual(Buffer.from(whole));
});

test('large values are read in ranges, each byte once', async () => {
  const objects = createMemoryObjectStore();
  const ranges: string[] = [];
  const getRange: ObjectStore['getRange'] = (key, start, end, options) => {
    ranges.push(`${start}-${end}`);
    return objects.getRange(key, start, end, options);
  };
  const ref = await stored(objects, 'a', bytes(1, 70 * 1024 * 1024));
  const cache = createBroadcastCache({ objects: async () => ({ ...objects, getRange }), maxBytes: 0 });
  const read = await cache.get('a', ref);
  expect(ranges).toEqual(['0-67108864', `67108864-${ref.byteLength}`]);
  expect(read.byteLength).toBe(ref.byteLength);
});
