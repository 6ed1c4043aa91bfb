import { expect, test } from 'vitest';
import { encodeBroadcast } from '../../../engine/closures/runtime/broadcast-codec.ts';
import { type BroadcastStore, createBroadcastStore } from '../../../engine/runtime/worker/broadcast-store.ts';
import type { BroadcastRef } from '../../../engine/types/broadcast.ts';

interface Case {
  readonly store: BroadcastStore;
  /** Tasks that use these values, one after the other. */
  use(...values: readonly object[]): Promise<readonly unknown[]>;
  readonly fetched: string[];
}

function storeOf(maxBytes: number): Case {
  const fetched: string[] = [];
  const encoded = new Map<string, Uint8Array>();
  const store = createBroadcastStore({ prepare: async () => undefined, maxBytes });
  const refOf = (value: object): BroadcastRef => {
    const { hash, pieces, byteLength } = encodeBroadcast(value);
    encoded.set(hash, Buffer.concat(pieces));
    return { hash, byteLength };
  };
  return {
    store,
    fetched,
    async use(...values) {
      const refs = values.map(refOf);
      const release = await store.hold('a', refs, async (_, { hash }) => {
        fetched.push(hash);
        return encoded.get(hash) as Uint8Array;
      });
      const read = refs.map(({ hash }) => store.of('a').valueOf(hash));
      release();
      return read;
    },
  };
}

const value = (n: number): { readonly list: readonly number[] } => ({ list: new Array(100).fill(n) });

test('a value is decoded once for all tasks that the room lets keep it', async () => {
  const { use, fetched } = storeOf(10_000);
  const [first] = await use(value(1));
  const [again, other] = await use(value(1), value(2));
  expect(first).toEqual(value(1));
  expect(again).toBe(first);
  expect(other).toEqual(value(2));
  expect(fetched).toHaveLength(2);
});

test('what was used least lately goes when there is no room; a task’s own values never do, nor the last one', async () => {
  const { use, fetched, store } = storeOf(250);
  await use(value(1));
  await use(value(2));
  const [one, two, three] = await use(value(1), value(2), value(3));
  expect([one, two, three]).toEqual([value(1), value(2), value(3)]);
  expect(fetched).toHaveLength(3);
  expect(store.heldBytes()).toBeLessThanOrEqual(250);
  await use(value(3));
  expect(fetched).toHaveLength(3);
  await use(value(1));
  expect(fetched).toHaveLength(4);

  const none = storeOf(0);
  const [kept] = await none.use(value(1));
  expect((await none.use(value(1)))[0]).toBe(kept);
});

test('a value that no task has read is not kept: its bytes lie in the executor’s cache', async () => {
  const { store } = storeOf(10_000);
  const { hash, pieces, byteLength } = encodeBroadcast(value(1));
  const release = await store.hold('a', [{ hash, byteLength }], async () => Buffer.concat(pieces));
  expect(store.heldBytes()).toBe(byteLength);
  release();
  expect(store.heldBytes()).toBe(0);
});

test('an unwanted value goes with the last task that uses it', async () => {
  const { store, use, fetched } = storeOf(10_000);
  const { hash } = encodeBroadcast(value(1));
  await use(value(1));
  store.forget('a', hash);
  expect(store.heldBytes()).toBe(0);
  await use(value(1));
  expect(fetched).toHaveLength(2);
  const release = await store.hold('a', [{ hash, byteLength: 1 }], () => Promise.reject(new Error('it is here')));
  store.forget('a', hash);
  expect(store.of('a').valueOf(hash)).toEqual(value(1));
  release();
  expect(store.heldBytes()).toBe(0);
});

test('a small value comes with its reference, and what cannot be fetched is asked for again', async () => {
  const { store } = storeOf(10_000);
  const { hash, pieces, byteLength } = encodeBroadcast(value(1));
  const refuse = (): Promise<Uint8Array> => Promise.reject(new Error('lost'));
  await expect(store.hold('a', [{ hash, byteLength }], refuse)).rejects.toThrow('lost');
  const release = await store.hold('a', [{ hash, byteLength, inline: Buffer.concat(pieces) }], refuse);
  expect(store.of('a').valueOf(hash)).toEqual(value(1));
  release();
});

test('a value that no running task captures is named, and what to do', () => {
  const { store } = storeOf(10_000);
  expect(() => store.of('a').valueOf('0123456789ab')).toThrow(
    'The value of broadcast 01234567 was asked for where no function that captures it runs: after its task had ended, or by a method of a record whose class captures it. Read .value inside the function, and let the function capture the broadcast itself.',
  );
});
