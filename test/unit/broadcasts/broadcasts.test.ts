import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { type Broadcasts, createBroadcasts } from '../../../driver/application/broadcasts.ts';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import { CARRIES } from '../../../engine/closures/runtime/symbols.ts';
import type { CapturedBroadcast } from '../../../engine/closures/shipped-closure.ts';
import type { ObjectStore } from '../../../engine/ports/object-store.ts';
import type { Broadcast } from '../../../engine/runtime/broadcast.ts';

interface Case {
  readonly broadcasts: Broadcasts;
  readonly objects: ObjectStore;
  readonly puts: string[];
  readonly events: string[];
  readonly forgotten: string[];
}

function driverOver(objects: ObjectStore = createMemoryObjectStore()): Case {
  const [puts, events, forgotten]: [string[], string[], string[]] = [[], [], []];
  const put: ObjectStore['put'] = (key, ...rest) => {
    puts.push(key);
    return objects.put(key, ...rest);
  };
  const broadcasts = createBroadcasts({
    appId: 'a',
    objects: { ...objects, put },
    forget: (appId, hash) => void forgotten.push(`${appId}/${hash}`),
    emit: (event) => void events.push(event.kind === 'broadcastStored' ? `${event.bytes} ${event.again}` : event.kind),
  });
  return { broadcasts, objects, puts, events, forgotten };
}

const capturedOf = (broadcast: Broadcast<unknown>): CapturedBroadcast => Reflect.get(broadcast, CARRIES) as CapturedBroadcast;
const make = (of: Case, value: unknown, line = 3): Broadcast<unknown> =>
  of.broadcasts.make(value, { file: 'job.ts', line, column: 1 }).broadcast;
const large = (fill: number): Uint8Array => new Uint8Array(5000).fill(fill);

test('a value is written when it is first used, once for all who use it and for all equal values', async () => {
  const driver = driverOver();
  const [one, equal, other] = [make(driver, large(1)), make(driver, large(1)), make(driver, large(2))].map(capturedOf) as [
    CapturedBroadcast,
    CapturedBroadcast,
    CapturedBroadcast,
  ];
  expect(driver.puts).toEqual([]);
  await Promise.all([driver.broadcasts.store([one]), driver.broadcasts.store([equal, other]), driver.broadcasts.store([one])]);
  expect(driver.puts).toEqual([`apps/a/broadcasts/${one.hash}`, `apps/a/broadcasts/${other.hash}`]);
  expect([equal.hash, driver.events]).toEqual([one.hash, ['5011 false', '5011 false']]);
});

test('small values travel in the template and are never written', async () => {
  const driver = driverOver();
  await driver.broadcasts.store([capturedOf(make(driver, [1, 2, 3]))]);
  expect(driver.puts).toEqual([]);
});

test('a resumed driver finds what was written', async () => {
  const first = driverOver();
  await first.broadcasts.store([capturedOf(make(first, large(1)))]);
  const next = driverOver(first.objects);
  await next.broadcasts.store([capturedOf(make(next, large(1)))]);
  expect([next.puts, next.events]).toEqual([[], []]);
});

test('a put that failed is made again by the next who needs it', async () => {
  const objects = createMemoryObjectStore();
  let refused = 0;
  const driver = driverOver({
    ...objects,
    put: (...call) => (refused++ === 0 ? Promise.reject(new Error('disk full')) : objects.put(...call)),
  });
  const captured = capturedOf(make(driver, large(1)));
  await expect(driver.broadcasts.store([captured])).rejects.toThrow('disk full');
  await driver.broadcasts.store([captured]);
  expect((await objects.head(`apps/a/broadcasts/${captured.hash}`)).size).toBe(captured.byteLength);
});

test('a value that was lost is encoded once more; one that was changed since cannot be', async () => {
  const driver = driverOver();
  const value = large(1);
  const captured = capturedOf(make(driver, value));
  const key = `apps/a/broadcasts/${captured.hash}`;
  await driver.broadcasts.store([captured]);
  const whole = await driver.objects.get(key);
  await driver.objects.put(key, new Uint8Array(3));
  await driver.broadcasts.storeAgain(captured);
  expect([Buffer.from(await driver.objects.get(key)).equals(whole), driver.events]).toEqual([true, ['5011 false', '5011 true']]);
  value[7] = 99;
  await expect(driver.broadcasts.storeAgain(captured)).rejects.toThrow(
    'The value of the broadcast made at job.ts:3:1 was changed after the call, so it cannot be stored again for tasks that lost it. Broadcast a copy, and leave it as it is.',
  );
});

test('destroy deletes the object, unless an equal value is still used, and tells executors', async () => {
  const driver = driverOver();
  const [one, equal] = [make(driver, large(1)), make(driver, large(1))] as const;
  const { hash } = capturedOf(one);
  await driver.broadcasts.store([capturedOf(one)]);
  await one.destroy();
  expect((await driver.objects.head(`apps/a/broadcasts/${hash}`)).size).toBe(5011);
  await driver.broadcasts.store([capturedOf(equal)]);
  await equal.destroy();
  await expect(driver.objects.head(`apps/a/broadcasts/${hash}`)).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
  expect(driver.forgotten).toEqual([`a/${hash}`, `a/${hash}`]);
  const again = make(driver, large(1));
  await driver.broadcasts.store([capturedOf(again)]);
  const deleting = again.destroy();
  const later = capturedOf(make(driver, large(1)));
  await driver.broadcasts.store([later]);
  await deleting;
  expect((await driver.objects.head(`apps/a/broadcasts/${hash}`)).size).toBe(5011);
});

test('a destroyed broadcast fails wherever it is used, with both places', async () => {
  const driver = driverOver();
  const broadcast = make(driver, large(1), 7);
  await broadcast.destroy();
  const told = (used: string): RegExp =>
    new RegExp(
      `^The broadcast made at job\\.ts:7:1 was destroyed at .*broadcasts\\.test\\.ts:\\d+:\\d+, and then ${used}\\. Destroy it after the last action that uses it; unpersist\\(\\) frees the executors' copies and lets it be used again\\.$`,
    );
  expect(() => broadcast.value).toThrow(told('\\.value was read'));
  await expect(broadcast.unpersist()).rejects.toThrow(told('unpersist\\(\\) was called'));
  await expect(broadcast.destroy()).rejects.toThrow(told('destroy\\(\\) was called'));
  await expect(driver.broadcasts.store([capturedOf(broadcast)])).rejects.toMatchObject({ code: 'BROADCAST_DESTROYED', fault: 'user' });
  expect(String(broadcast)).toBe('Broadcast(job.ts:7:1)');
});

test('what cannot travel is an error of the call, with the path to it', () => {
  const driver = driverOver();
  expect(() => make(driver, { list: [1, () => 2] })).toThrow('Cannot encode broadcast.list[1]: ');
  expect(() => make(driver, [make(driver, 1)])).toThrow(
    'Cannot encode broadcast[0]: a Broadcast, which only functions take along. Capture it in the function that needs it, or put its value into the record.',
  );
});

/** A broadcast whose value is known to nobody else, and what of its encoding is stored. */
function madeOf(
  driver: Case,
  line: number,
): { captured: CapturedBroadcast; broadcast: Broadcast<unknown>; value: WeakRef<Uint8Array>; pieces: WeakRef<Uint8Array>[] } {
  const value = large(1);
  const { broadcast, pieces } = driver.broadcasts.make<unknown>(value, { file: 'job.ts', line, column: 1 });
  return { captured: capturedOf(broadcast), broadcast, value: new WeakRef(value), pieces: pieces.map((piece) => new WeakRef(piece)) };
}

async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  // What was looked at through a WeakRef stays until the turn is over.
  await new Promise((resolve) => setImmediate(resolve));
  (runInNewContext('gc') as () => void)();
}

test('the driver frees what was encoded when it is stored, also of equal values that came later, and the value when it is destroyed', async () => {
  const driver = driverOver();
  const [first, second] = [madeOf(driver, 3), madeOf(driver, 4)];
  await driver.broadcasts.store([first.captured]);
  await driver.broadcasts.store([second.captured]);
  await collectGarbage();
  const left = [first, second].map(({ value, pieces }) => [
    value.deref() !== undefined,
    pieces.filter((piece) => piece.deref() !== undefined).length,
  ]);
  expect(left).toEqual([
    [true, 0],
    [true, 0],
  ]);
  await first.broadcast.destroy();
  await collectGarbage();
  expect([first.value.deref() === undefined, second.value.deref() === undefined]).toEqual([true, false]);
  expect(second.broadcast.value).toEqual(large(1));
});
