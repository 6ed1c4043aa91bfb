import { expect, test } from 'vitest';
import { createMemoryMetadataStore } from '../../../engine/adapters/memory/memory-metadata-store.ts';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import { createVirtualClock, type VirtualClock } from '../../../engine/adapters/memory/virtual-clock.ts';
import { governMetadataStore } from '../../../engine/ports/wrappers/govern-metadata-store.ts';
import { governObjectStore } from '../../../engine/ports/wrappers/govern-object-store.ts';
import { createRateGovernor } from '../../../engine/ports/wrappers/rate-governor.ts';

/** Ten units a second, one of them at once: the next one comes a tenth of a second later for each unit before it. */
function governors(clock: VirtualClock): {
  readonly reads: ReturnType<typeof createRateGovernor>;
  readonly writes: ReturnType<typeof createRateGovernor>;
} {
  return { reads: createRateGovernor({ clock, perSecond: 10 }), writes: createRateGovernor({ clock, perSecond: 10 }) };
}

/** How long a call waits after another one. */
async function waitMs(clock: VirtualClock, first: () => Promise<unknown>, second: () => Promise<unknown>): Promise<number> {
  void first();
  await clock.advance(0);
  const fromMs = clock.monotonic();
  let doneMs = Number.NaN;
  void second().then(() => {
    doneMs = clock.monotonic();
  });
  await clock.advance(60_000);
  return Math.round(doneMs - fromMs);
}

test('objects: each folder by itself, reads and writes by themselves, each key of a batch', async () => {
  const clock = createVirtualClock();
  const store = governObjectStore(createMemoryObjectStore(), governors(clock));
  const put = (key: string) => () => store.put(key, new Uint8Array(1));
  expect(await waitMs(clock, put('a/1'), put('a/2'))).toBe(100);
  expect(await waitMs(clock, put('a/1'), put('b/1'))).toBe(0);
  expect(await waitMs(clock, put('a/1'), () => store.get('a/1'))).toBe(0);
  expect(
    await waitMs(
      clock,
      () => store.list('a/'),
      () => store.head('a/1'),
    ),
  ).toBe(100);
  expect(await waitMs(clock, () => store.deleteMany(['a/1', 'a/2', 'a/3', 'b/1']), put('a/4'))).toBe(300);
  expect(await waitMs(clock, () => store.deleteMany(['a/1', 'a/2', 'a/3', 'b/1']), put('b/4'))).toBe(100);
});

test('items: each partition by itself, each KB of a write, in a transaction twice', async () => {
  const clock = createVirtualClock();
  const store = governMetadataStore(createMemoryMetadataStore({ clock }), governors(clock));
  const item = { text: 'x'.repeat(2000) };
  const put = (partition: string) => () => store.put({ partition, sort: '1' }, { small: true });
  expect(await waitMs(clock, put('p'), put('q'))).toBe(0);
  expect(await waitMs(clock, () => store.put({ partition: 'p', sort: '2' }, item), put('p'))).toBe(200);
  const transaction = () =>
    store.transact(
      [{ key: { partition: 'q', sort: 'lease' }, condition: { kind: 'absent' } }],
      [
        { kind: 'put', key: { partition: 'p', sort: '3' }, item },
        { kind: 'delete', key: { partition: 'p', sort: '4' } },
      ],
    );
  expect(await waitMs(clock, transaction, put('p'))).toBe(600);
  expect(await waitMs(clock, transaction, put('q'))).toBe(200);
  expect(
    await waitMs(
      clock,
      () => store.query('p', ''),
      () => store.get({ partition: 'p', sort: '1' }),
    ),
  ).toBe(100);
});
