import { expect, test } from 'vitest';
import { createBroadcasts } from '../../../driver/application/broadcasts.ts';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import { __lv, __sites } from '../../../engine/closures/runtime/entry.ts';
import { holdsObjects } from '../../../engine/closures/runtime/rebuild-closure.ts';
import { shipClosure } from '../../../engine/closures/runtime/ship-closure.ts';
import type { ShippedClosure } from '../../../engine/closures/shipped-closure.ts';
import type { Broadcast } from '../../../engine/runtime/broadcast.ts';
import { noImports, noSlices, site } from '../closures/runtime/hand-annotated.ts';

const { make } = createBroadcasts({ appId: 'a', objects: createMemoryObjectStore(), forget: () => undefined, emit: () => undefined });
const broadcast = <T>(value: T): Broadcast<T> => make(value, null).broadcast;

/** A function of a job that captures these values. */
function ship(...captured: readonly unknown[]): ShippedClosure {
  const captures = captured.map((_, i) => `v${i}`);
  const [handle] = __sites('src/job.ts', 'file:///project/src/job.ts', [site('src/job.ts#f', { captures })], noImports, noSlices, 'main');
  return shipClosure(
    __lv(
      () => undefined,
      handle,
      () => captured,
    ),
    { operation: 'rdd.map', callSite: null },
  );
}

const hashesOf = ({ broadcasts = [] }: ShippedClosure): readonly string[] => broadcasts.map(({ hash }) => hash);

test('a function says which broadcasts it captures, wherever they are, each content once', () => {
  const [one, equal, other] = [broadcast([1]), broadcast([1]), broadcast([2])];
  expect(hashesOf(ship(1, 'text'))).toEqual([]);
  const all = hashesOf(ship(one, { in: [new Map([['key', other]])] }, equal));
  expect([all.length, new Set(all)]).toEqual([2, new Set([...hashesOf(ship(one)), ...hashesOf(ship(other))])]);
});

test('it takes the hash along, not the value, and its fingerprint is of the content', () => {
  const value = new Uint8Array(100_000);
  const [first, equal, other] = [ship(broadcast(value)), ship(broadcast(value.slice())), ship(broadcast(value.fill(1)))];
  expect(first.bytes.length).toBeLessThan(400);
  expect(equal.fingerprint).toBe(first.fingerprint);
  expect(other.fingerprint).not.toBe(first.fingerprint);
});

test('nobody can change a broadcast, so functions that capture nothing else are shared by the tasks of a stage', () => {
  expect(holdsObjects(ship(broadcast([1]), 2).bytes)).toBe(false);
  expect(holdsObjects(ship(broadcast([1]), [2]).bytes)).toBe(true);
});
