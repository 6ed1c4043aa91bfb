import { describe, expect, test } from 'vitest';
import { createMemoryMetadataStore } from '../../../engine/adapters/memory/memory-metadata-store.ts';
import { createVirtualClock } from '../../../engine/adapters/memory/virtual-clock.ts';
import type { MetadataKey } from '../../../engine/ports/metadata-store.ts';
import { expireMetadataStore } from '../../../engine/ports/wrappers/expire-metadata-store.ts';
import { createStoreWrappers } from '../../../engine/ports/wrappers/wrap-remote-stores.ts';
import { metadataKeys } from '../../../engine/types/keys.ts';

const FOURTEEN_DAYS_MS = 1_209_600_000;
const NOW_MS = 1_795_000_000_000;

/** One of each kind that an application has. */
const KEYS: readonly MetadataKey[] = [
  metadataKeys.apps('a'),
  metadataKeys.lease('a'),
  metadataKeys.lives('a'),
  metadataKeys.cancel('a'),
  metadataKeys.stages('a', 0),
  metadataKeys.calledOff('a', 'driver'),
  metadataKeys.journal('a', 0),
  metadataKeys.commit('a', 's', 17),
];

function world() {
  const clock = createVirtualClock({ startMs: NOW_MS });
  const inner = createMemoryMetadataStore({ clock });
  return { clock, inner, store: expireMetadataStore(inner, { clock }) };
}

describe('items of an application', () => {
  test.each(KEYS)('$partition $sort expires 14 days after it was written last, put or in a transaction', async (key) => {
    const { clock, store } = world();
    await store.put(key, { n: 1 });
    expect(await store.get(key)).toEqual({ n: 1, expiresAtMs: NOW_MS + FOURTEEN_DAYS_MS });
    clock.skewWall(FOURTEEN_DAYS_MS - 1);
    const equals = { kind: 'equals', fields: { n: 1 } } as const;
    expect(await store.transact([], [{ kind: 'put', key, item: { n: 2 }, condition: equals }])).toEqual({ written: true });
    clock.skewWall(FOURTEEN_DAYS_MS - 1);
    expect(await store.get(key)).toEqual({ n: 2, expiresAtMs: NOW_MS + 2 * FOURTEEN_DAYS_MS - 1 });
    clock.skewWall(1);
    expect(await store.get(key)).toBeNull();
    expect(await store.put(key, { n: 3 }, { condition: { kind: 'absent' } })).toEqual({ written: true });
  });

  test('are dated also where stores of an engine are put together', async () => {
    const { clock, inner } = world();
    const { store } = createStoreWrappers({ clock, random: { next: () => 0 } }).metadata(inner);
    for (const key of KEYS) await store.put(key, {});
    for (const key of KEYS) expect(await inner.get(key)).toEqual({ expiresAtMs: NOW_MS + FOURTEEN_DAYS_MS });
  });
});

test('other items stay, and one that says itself when it expires does so then', async () => {
  const { clock, store } = world();
  const other = { partition: 'state', sort: 'a' };
  await store.put(other, { n: 1 });
  await store.put(metadataKeys.lease('a'), { n: 1, expiresAtMs: NOW_MS + 5 });
  await store.transact([], [{ kind: 'delete', key: metadataKeys.lease('b') }]);
  clock.skewWall(5);
  expect(await store.get(metadataKeys.lease('a'))).toBeNull();
  clock.skewWall(100 * FOURTEEN_DAYS_MS);
  expect(await store.get(other)).toEqual({ n: 1 });
});
