import { expect, test } from 'vitest';
import { acquireLease, takeOverLease } from '../../../driver/lease/acquire-lease.ts';
import { checkLease } from '../../../driver/lease/check-lease.ts';
import { fencedObjectStore, fencedStagedFiles } from '../../../driver/lease/fenced-object-store.ts';
import { createSeededRandom } from '../../../engine/adapters/memory/seeded-random.ts';
import { LevinError } from '../../../engine/errors/levin-error.ts';
import type { MetadataKey } from '../../../engine/ports/metadata-store.ts';
import { retryStagedFiles } from '../../../engine/ports/wrappers/retry-staged-files.ts';
import { testStores } from '../../support/engine.ts';

test('a driver that lost its lease reads, and neither puts, deletes nor marks', async () => {
  const { metadata, objects, staged, clock } = testStores();
  const options = { metadata, clock, random: createSeededRandom('drivers'), appId: 'app', leaseMs: 1000 };
  const lease = await acquireLease(options);
  const own = fencedObjectStore(objects, () => checkLease({ metadata, clock }, lease));
  await own.put('a', new Uint8Array(1));
  await lease.release();
  await takeOverLease(options);
  await expect(own.put('b', new Uint8Array(1))).rejects.toMatchObject({ code: 'LEASE_LOST' });
  await expect(own.deleteMany(['a'])).rejects.toMatchObject({ code: 'LEASE_LOST' });
  await expect(fencedStagedFiles(staged, () => checkLease({ metadata, clock }, lease)).mark('c')).rejects.toMatchObject({
    code: 'LEASE_LOST',
  });
  expect(await own.get('a')).toEqual(new Uint8Array(1));
  expect((await objects.list('')).objects.map(({ key }) => key)).toEqual(['a']);
});

test('a mark without an answer is not made again by a driver that lost its lease meanwhile', async () => {
  const { metadata, objects, staged, clock } = testStores();
  const options = { metadata, clock, random: createSeededRandom('drivers'), appId: 'app', leaseMs: 1000 };
  const lease = await acquireLease(options);
  const answerless = {
    ...staged,
    async mark(key: string) {
      await staged.mark(key);
      await lease.release();
      await takeOverLease(options);
      // Its successor has ended, and taken the mark away.
      await objects.deleteMany([key]);
      throw new LevinError({ code: 'LOST_RESPONSE', fault: 'transient', message: 'no answer' });
    },
  };
  const retried = retryStagedFiles(answerless, { clock: { sleep: async () => undefined }, random: createSeededRandom('pauses') });
  await expect(fencedStagedFiles(retried, () => checkLease({ metadata, clock }, lease)).mark('c')).rejects.toMatchObject({
    code: 'LEASE_LOST',
  });
  expect((await objects.list('')).objects).toEqual([]);
});

test('a look at the lease that a driver was frozen in says nothing: it looks again when it wakes', async () => {
  const { metadata, objects, clock } = testStores();
  const options = { metadata, clock, random: createSeededRandom('drivers'), appId: 'app', leaseMs: 1000 };
  const lease = await acquireLease(options);
  let looks = 0;
  const freezing = {
    ...metadata,
    async get(key: MetadataKey) {
      const item = await metadata.get(key);
      if (looks++ > 0) return item;
      // What stood there when it was asked; meanwhile another driver has come.
      await lease.release();
      await takeOverLease(options);
      await clock.advance(1000);
      return item;
    },
  };
  const own = fencedObjectStore(objects, () => checkLease({ metadata: freezing, clock }, lease));
  await objects.put('out/_SUCCESS', new Uint8Array());
  await expect(own.deleteMany(['out/_SUCCESS'])).rejects.toMatchObject({ code: 'LEASE_LOST' });
  expect([looks, (await objects.list('')).objects.length]).toEqual([2, 1]);
});

test('one look is enough when the answer comes in time', async () => {
  const { metadata, objects, clock } = testStores();
  const lease = await acquireLease({ metadata, clock, random: createSeededRandom('drivers'), appId: 'app', leaseMs: 1000 });
  let looks = 0;
  const counted = {
    ...metadata,
    async get(key: MetadataKey) {
      looks++;
      await clock.advance(300);
      return await metadata.get(key);
    },
  };
  await fencedObjectStore(objects, () => checkLease({ metadata: counted, clock }, lease)).put('a', new Uint8Array(1));
  expect(looks).toBe(1);
});
