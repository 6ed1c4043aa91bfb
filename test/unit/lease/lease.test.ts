import { describe, expect, test } from 'vitest';
import { type AcquireLease, acquireLease, takeOverLease } from '../../../driver/lease/acquire-lease.ts';
import { lostOr } from '../../../driver/lease/lost-or.ts';
import { createMemoryMetadataStore } from '../../../engine/adapters/memory/memory-metadata-store.ts';
import { createVirtualClock, type VirtualClock } from '../../../engine/adapters/memory/virtual-clock.ts';
import { LevinError } from '../../../engine/errors/levin-error.ts';
import type { MetadataStore } from '../../../engine/ports/metadata-store.ts';
import type { Random } from '../../../engine/ports/random.ts';
import { metadataKeys } from '../../../engine/types/keys.ts';

const LEASE_MS = 9000;

function fixture(): { clock: VirtualClock; metadata: MetadataStore; driver: (name: string, store?: MetadataStore) => AcquireLease } {
  const clock = createVirtualClock();
  const metadata = createMemoryMetadataStore({ clock });
  const driver = (name: string, store = metadata): AcquireLease => {
    const random: Random = { uuid: () => name, next: () => 0, seeded: () => () => 0 };
    return { metadata: store, clock, random, appId: 'app-1', leaseMs: LEASE_MS };
  };
  return { clock, metadata, driver };
}

const item = (metadata: MetadataStore) => metadata.get(metadataKeys.lease('app-1'));

/** Lets the clock run until the promise has settled. */
async function inTime<T>(clock: VirtualClock, promise: Promise<T>): Promise<T> {
  let settled = false;
  const done = (): void => {
    settled = true;
  };
  promise.then(done, done);
  while (!settled) await clock.advance(100);
  return await promise;
}

describe('a lease', () => {
  test('of a new application is renewed three times in a period', async () => {
    const { clock, metadata, driver } = fixture();
    const lease = await acquireLease(driver('first'));
    expect(lease).toMatchObject({ appId: 'app-1', epoch: 1 });
    expect(lease.fence).toEqual({ key: { partition: 'app#app-1', sort: 'lease' }, condition: { kind: 'equals', fields: { epoch: 1 } } });
    expect(await item(metadata)).toMatchObject({ epoch: 1, version: 0, owner: 'first', released: false });
    await clock.advance(LEASE_MS);
    expect(await item(metadata)).toMatchObject({ epoch: 1, version: 3, owner: 'first', released: false });
    expect(lease.lost.aborted).toBe(false);
  });

  test('is refused for an application that exists', async () => {
    const { driver } = fixture();
    await acquireLease(driver('first'));
    await expect(acquireLease(driver('second'))).rejects.toMatchObject({
      code: 'APP_EXISTS',
      message: 'Application app-1 exists already. Resume it with --app app-1, or leave the id out and get a new one.',
    });
  });

  test('that was lost is the reason of what its driver fails with; one that is held is not', async () => {
    const { clock, metadata, driver } = fixture();
    const gap = new LevinError({ code: 'JOURNAL_CORRUPT', fault: 'internal', message: 'entry 0 is missing', details: {} });
    const first = await acquireLease(driver('first'));
    expect(await lostOr({ metadata, clock }, first, gap)).toBe(gap);
    await first.release();
    const second = await takeOverLease(driver('second'));
    expect(await lostOr({ metadata, clock }, first, gap)).toMatchObject({ code: 'LEASE_LOST' });
    expect(await lostOr({ metadata, clock }, second, gap)).toBe(gap);
  });

  test('that is released is taken over at once, and renewed no more by the first', async () => {
    const { clock, metadata, driver } = fixture();
    const first = await acquireLease(driver('first'));
    await first.release();
    await first.release();
    expect(await item(metadata)).toMatchObject({ epoch: 1, version: 1, owner: 'first', released: true });
    const second = await takeOverLease(driver('second'));
    expect(second.epoch).toBe(2);
    expect(clock.monotonic()).toBe(0);
    expect(clock.sleeping()).toBe(1);
    await first.release();
    expect(await item(metadata)).toMatchObject({ epoch: 2, version: 0, owner: 'second', released: false });
  });

  test('of a dead driver is taken over after one unchanged period, whatever the wall clock says', async () => {
    const { clock, metadata, driver } = fixture();
    await metadata.put(metadataKeys.lease('app-1'), { epoch: 4, version: 17, owner: 'dead', released: false });
    const taking = takeOverLease(driver('second'));
    clock.skewWall(1_000_000);
    await clock.advance(LEASE_MS - 1);
    expect(await item(metadata)).toMatchObject({ epoch: 4, version: 17, owner: 'dead', released: false });
    expect((await inTime(clock, taking)).epoch).toBe(5);
    expect(clock.monotonic()).toBeLessThan(LEASE_MS * 1.2);
  });

  test('of a living driver is not taken over', async () => {
    const { clock, driver } = fixture();
    const first = await acquireLease(driver('first'));
    await expect(inTime(clock, takeOverLease(driver('second')))).rejects.toMatchObject({
      code: 'APP_IS_RUNNING',
      message:
        'Application app-1 is running: its driver renewed its lease 3 times while this one waited to take over. Stop that driver first, or let it finish.',
    });
    expect(first.lost.aborted).toBe(false);
  });

  test('of an application that is not there cannot be taken over', async () => {
    const { driver } = fixture();
    await expect(takeOverLease(driver('second'))).rejects.toMatchObject({ code: 'APP_NOT_FOUND' });
  });

  test('is taken by one of two takers; the other finds it running', async () => {
    const { clock, metadata, driver } = fixture();
    await metadata.put(metadataKeys.lease('app-1'), { epoch: 1, version: 0, owner: 'dead', released: false });
    const takers = ['second', 'third'].map((name) =>
      takeOverLease(driver(name)).then(
        (lease) => lease.epoch,
        (error: LevinError) => error.code,
      ),
    );
    expect(new Set(await inTime(clock, Promise.all(takers)))).toEqual(new Set([2, 'APP_IS_RUNNING']));
  });

  test('waiting for it can be aborted', async () => {
    const { clock, metadata, driver } = fixture();
    await metadata.put(metadataKeys.lease('app-1'), { epoch: 1, version: 0, owner: 'dead', released: false });
    const abort = new AbortController();
    const taking = takeOverLease({ ...driver('second'), signal: abort.signal });
    await clock.advance(1000);
    abort.abort(new Error('Ctrl-C'));
    await expect(taking).rejects.toThrow('Ctrl-C');
  });
});

describe('a driver that stopped for longer than the period', () => {
  test('learns that it was replaced, and its fence holds no more', async () => {
    const { clock, metadata, driver } = fixture();
    const first = await acquireLease(driver('first'));
    await metadata.put(metadataKeys.lease('app-1'), { epoch: 2, version: 0, owner: 'second', released: false });
    await clock.advance(LEASE_MS / 3);
    expect(first.lost.reason).toMatchObject({
      code: 'LEASE_LOST',
      message:
        'Another driver has taken over application app-1: this one may not write any more and stops. The other one continues the work.',
    });
    expect(await metadata.transact([first.fence], [])).toMatchObject({ written: false });
    await first.release();
    expect(await item(metadata)).toMatchObject({ owner: 'second', released: false });
    expect(clock.sleeping()).toBe(0);
  });
});

describe('a store that fails', () => {
  const reset = (): never => {
    throw new LevinError({ code: 'CONNECTION_RESET', fault: 'transient', message: 'connection reset' });
  };

  test('for a while costs nothing', async () => {
    const { clock, metadata, driver } = fixture();
    let failing = false;
    const flaky: MetadataStore = { ...metadata, put: async (...args) => (failing ? reset() : await metadata.put(...args)) };
    const lease = await acquireLease(driver('first', flaky));
    failing = true;
    await clock.advance(LEASE_MS - 1);
    failing = false;
    await clock.advance(LEASE_MS);
    expect(lease.lost.aborted).toBe(false);
    expect(await item(metadata)).toMatchObject({ epoch: 1, owner: 'first' });
  });

  test('for a whole period ends the driver', async () => {
    const { clock, metadata, driver } = fixture();
    let failing = false;
    const flaky: MetadataStore = { ...metadata, put: async (...args) => (failing ? reset() : await metadata.put(...args)) };
    const lease = await acquireLease(driver('first', flaky));
    failing = true;
    await clock.advance(LEASE_MS);
    expect(lease.lost.reason).toMatchObject({
      code: 'LEASE_LOST',
      message:
        'The lease of application app-1 could not be renewed for 9000 ms (connection reset): another driver may have taken over, so this one stops. Resume with --app app-1.',
    });
  });

  test('after it wrote is no lost lease', async () => {
    const { clock, metadata, driver } = fixture();
    let writes = 0;
    const losing: MetadataStore = {
      ...metadata,
      async put(...args) {
        const answer = await metadata.put(...args);
        return writes++ % 2 === 0 ? reset() : answer;
      },
    };
    const lease = await acquireLease(driver('first', losing));
    await clock.advance(LEASE_MS * 3);
    expect(lease.lost.aborted).toBe(false);
    await lease.release();
    expect((await takeOverLease(driver('second', losing))).epoch).toBe(2);
  });
});

test.each(['epoch', 'version', 'owner', 'released'])('a lease whose %s is damaged is not taken for one', async (field) => {
  const { metadata, driver } = fixture();
  const damaged = { epoch: 1, version: 1, owner: 'a', released: true, [field]: null };
  await metadata.put(metadataKeys.lease('app-1'), damaged);
  await expect(acquireLease(driver('b'))).rejects.toThrow(
    `The lease of application app-1 cannot be read: ${JSON.stringify(damaged)}. It was not written by this version of levin.`,
  );
});
