import { expect, test } from 'vitest';
import { acquireLease, takeOverLease } from '../../../driver/lease/acquire-lease.ts';
import { checkLease } from '../../../driver/lease/check-lease.ts';
import { fencedObjectStore, fencedStagedFiles } from '../../../driver/lease/fenced-object-store.ts';
import { createSeededRandom } from '../../../engine/adapters/memory/seeded-random.ts';
import { testStores } from '../../support/engine.ts';

test('a driver that lost its lease reads, and neither puts, deletes nor marks', async () => {
  const { metadata, objects, staged, clock } = testStores();
  const options = { metadata, clock, random: createSeededRandom('drivers'), appId: 'app', leaseMs: 1000 };
  const lease = await acquireLease(options);
  const own = fencedObjectStore(objects, () => checkLease(metadata, lease));
  await own.put('a', new Uint8Array(1));
  await lease.release();
  await takeOverLease(options);
  await expect(own.put('b', new Uint8Array(1))).rejects.toMatchObject({ code: 'LEASE_LOST' });
  await expect(own.deleteMany(['a'])).rejects.toMatchObject({ code: 'LEASE_LOST' });
  await expect(fencedStagedFiles(staged, () => checkLease(metadata, lease)).mark('c')).rejects.toMatchObject({ code: 'LEASE_LOST' });
  expect(await own.get('a')).toEqual(new Uint8Array(1));
  expect((await objects.list('')).objects.map(({ key }) => key)).toEqual(['a']);
});
