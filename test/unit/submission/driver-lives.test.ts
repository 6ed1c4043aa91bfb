import fc from 'fast-check';
import { expect, test } from 'vitest';
import { claimLife, noteProgress, readLives } from '../../../driver/submission/driver-lives.ts';
import { createMemoryMetadataStore } from '../../../engine/adapters/memory/memory-metadata-store.ts';
import { createVirtualClock } from '../../../engine/adapters/memory/virtual-clock.ts';

const store = () => createMemoryMetadataStore({ clock: createVirtualClock() });

test('of the deliveries of all lives in any order and at any time, each life begins at most once, and the last one last', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 12 }), fc.scheduler(), async (deliveries, scheduler) => {
      const metadata = store();
      const slow = { ...metadata, get: scheduler.scheduleFunction(metadata.get), put: scheduler.scheduleFunction(metadata.put) };
      const begun: number[] = [];
      const all = deliveries.map(async (life, i) => {
        const claimed = await claimLife(slow, 'app', { life, owner: `owner ${i}` });
        if (claimed !== null) begun.push(claimed.life);
      });
      await scheduler.waitFor(Promise.all(all));
      expect(new Set(begun).size).toBe(begun.length);
      const last = await readLives(metadata, 'app');
      expect(last?.life ?? 0).toBe(Math.max(0, ...deliveries));
      expect(last?.idle ?? 0).toBe(begun.length);
    }),
  );
});

test('lives without progress are counted from the last one that had some', async () => {
  const metadata = store();
  const idle: number[] = [];
  for (const [i, progress] of [1, 1, 1, 4, 4, 3, 5].entries()) {
    const lives = await claimLife(metadata, 'app', { life: i + 1, owner: `owner ${i}` });
    if (lives === null) throw new Error('it was claimed before');
    idle.push((await noteProgress(metadata, 'app', { lives, progress })).idle);
  }
  expect(idle).toEqual([1, 2, 3, 1, 2, 3, 1]);
});

test('the same life asked for again by its owner is its own', async () => {
  const metadata = store();
  const first = await claimLife(metadata, 'app', { life: 1, owner: 'me' });
  expect(await claimLife(metadata, 'app', { life: 1, owner: 'me' })).toEqual(first);
  expect(await claimLife(metadata, 'app', { life: 1, owner: 'you' })).toBe(null);
});
