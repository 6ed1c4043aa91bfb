import assert from 'node:assert/strict';
import type { ObjectBody } from '../../../engine/ports/object-body.ts';
import type { ObjectStore } from '../../../engine/ports/object-store.ts';
import type { ContractCase } from '../contract-case.ts';

/** Bytes that differ at every place and from fill to fill. */
export function pattern(length: number, fill = 0): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = i * 31 + (i >> 8) + fill;
  return bytes;
}

export function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

/** Objects are replaced while a reader looks, in a loop: it sees one of them whole each time. */
export async function readWhilePutting(store: ObjectStore, bodyOf: (bytes: Uint8Array) => ObjectBody): Promise<void> {
  for (let fill = 1; fill <= 6; fill++) {
    let running = true;
    const put = store.put('key', bodyOf(new Uint8Array(300_000).fill(fill))).finally(() => {
      running = false;
    });
    while (running) {
      const seen = await store.get('key').catch(() => null);
      if (seen === null) assert.equal(fill, 1);
      else assert.ok(Buffer.from(seen).equals(new Uint8Array(300_000).fill(seen[0] ?? 0)));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await put;
  }
}

export const writeCases: readonly ContractCase<ObjectStore>[] = [
  {
    name: 'a put object is read back whole',
    async run(store) {
      const put = await store.put('folder/object', text('hello'));
      assert.ok(put.stored);
      assert.deepEqual(await store.get('folder/object'), text('hello'));
      assert.deepEqual(await store.head('folder/object'), { key: 'folder/object', size: 5, etag: put.etag });
    },
  },
  {
    name: 'an empty object is an object',
    async run(store) {
      await store.put('empty', new Uint8Array(0));
      assert.deepEqual(await store.get('empty'), new Uint8Array(0));
      assert.equal((await store.head('empty')).size, 0);
      assert.deepEqual(await store.put('empty', text('x'), { ifAbsent: true }), { stored: false });
    },
  },
  {
    name: 'a large object is read back whole and in ranges',
    async run(store) {
      const body = pattern(3_000_001);
      await store.put('large', body);
      assert.ok(Buffer.from(await store.get('large')).equals(body));
      assert.ok(Buffer.from(await store.getRange('large', 1_234_567, 2_999_999)).equals(body.subarray(1_234_567, 2_999_999)));
    },
  },
  {
    name: 'the last of two puts stands',
    async run(store) {
      await store.put('key', text('the first, a longer one'));
      await store.put('key', text('second'));
      assert.deepEqual(await store.get('key'), text('second'));
      assert.equal((await store.head('key')).size, 6);
    },
  },
  {
    name: 'an object is one of two concurrent puts, never a mixture',
    async run(store) {
      for (let round = 0; round < 5; round++) {
        await Promise.all([1, 2, 3, 4].map((fill) => store.put('key', new Uint8Array(200_000 + fill).fill(fill))));
        const body = await store.get('key');
        const fill = body[0] ?? 0;
        assert.ok(fill >= 1 && fill <= 4);
        assert.ok(Buffer.from(body).equals(new Uint8Array(200_000 + fill).fill(fill)));
      }
    },
  },
  {
    name: 'a reader sees a put whole or not at all while it goes on',
    run: (store) => readWhilePutting(store, (bytes) => bytes),
  },
  {
    name: 'the etag changes whenever the content does',
    async run(store) {
      const etags = new Set<string>();
      for (let i = 0; i < 40; i++) {
        const put = await store.put('key', Uint8Array.of(i));
        assert.ok(put.stored);
        etags.add(put.etag);
        if (i % 3 === 0) await store.deleteMany(['key']);
      }
      assert.equal(etags.size, 40);
    },
  },
  {
    name: 'put, head and list tell the same etag and size',
    async run(store) {
      const put = await store.put('a/key', text('four'));
      assert.ok(put.stored);
      const info = { key: 'a/key', size: 4, etag: put.etag };
      assert.deepEqual(await store.head('a/key'), info);
      assert.deepEqual(await store.list('a/'), { objects: [info], next: null });
    },
  },
  {
    name: 'if-absent stores where there is nothing',
    async run(store) {
      const put = await store.put('key', text('mine'), { ifAbsent: true });
      assert.ok(put.stored);
      assert.equal((await store.head('key')).etag, put.etag);
      assert.deepEqual(await store.get('key'), text('mine'));
    },
  },
  {
    name: 'if-absent leaves an object that stands there unchanged',
    async run(store) {
      const first = await store.put('key', text('theirs'));
      assert.ok(first.stored);
      assert.deepEqual(await store.put('key', text('mine'), { ifAbsent: true }), { stored: false });
      assert.deepEqual(await store.get('key'), text('theirs'));
      assert.equal((await store.head('key')).etag, first.etag);
    },
  },
  {
    name: 'of many concurrent if-absent puts exactly one is stored',
    async run(store) {
      for (let round = 0; round < 5; round++) {
        const key = `race/${round}`;
        const puts = await Promise.all(
          Array.from({ length: 12 }, async (_, i) => ({ i, put: await store.put(key, pattern(10_000, i), { ifAbsent: true }) })),
        );
        const winners = puts.filter(({ put }) => put.stored);
        assert.equal(winners.length, 1);
        assert.ok(Buffer.from(await store.get(key)).equals(pattern(10_000, winners[0]?.i)));
      }
    },
  },
  {
    name: 'if-absent stores again after a delete',
    async run(store) {
      await store.put('key', text('old'), { ifAbsent: true });
      await store.deleteMany(['key']);
      assert.ok((await store.put('key', text('new'), { ifAbsent: true })).stored);
      assert.deepEqual(await store.get('key'), text('new'));
    },
  },
  {
    name: 'the body is taken as it was, also from the middle of a buffer',
    async run(store) {
      const buffer = text('before|body|after');
      await store.put('view', buffer.subarray(7, 11));
      await store.put('node', Buffer.from('body'));
      buffer.fill(0);
      assert.deepEqual(await store.get('view'), text('body'));
      assert.deepEqual(await store.get('node'), text('body'));
    },
  },
];
