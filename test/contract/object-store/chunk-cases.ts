import assert from 'node:assert/strict';
import type { ObjectChunks } from '../../../engine/ports/object-body.ts';
import type { ObjectStore, PutOptions } from '../../../engine/ports/object-store.ts';
import { assertRejects, type ContractCase } from '../contract-case.ts';
import { pattern, readWhilePutting, text } from './write-cases.ts';

interface Source {
  readonly body: ObjectChunks;
  /** Iterations that were begun, and those that came to an end. */
  readonly counts: { begun: number; ended: number };
}

/** A body of `whole` in pieces of the given lengths and the rest, in one buffer that is used again; `before` runs before each chunk is given. */
function inChunks(whole: Uint8Array, lengths: readonly number[], before: (chunk: number) => void = () => undefined): Source {
  const counts = { begun: 0, ended: 0 };
  function* chunks(): Generator<Uint8Array> {
    counts.begun++;
    try {
      const buffer = new Uint8Array(whole.length);
      let position = 0;
      for (const [i, length] of [...lengths, whole.length].entries()) {
        before(i);
        const part = whole.subarray(position, position + length);
        buffer.fill(255);
        buffer.set(part);
        yield buffer.subarray(0, part.length);
        position += part.length;
      }
    } finally {
      counts.ended++;
    }
  }
  return { body: { byteLength: whole.length, [Symbol.iterator]: chunks }, counts };
}

const WAYS: readonly PutOptions[] = [{}, { ifAbsent: true }];

export const chunkCases: readonly ContractCase<ObjectStore>[] = [
  {
    name: 'a body in chunks is one object, whatever its chunks',
    async run(store) {
      const whole = pattern(300_001);
      for (const [i, lengths] of [
        [],
        [0, 1, 0, 299_000, 0],
        [100_000, 100_000, 100_000],
        Array.from({ length: 400 }, (_, k) => k),
      ].entries())
        for (const options of WAYS) {
          const key = `chunks/${i}-${options.ifAbsent ?? false}`;
          const { body, counts } = inChunks(whole, lengths);
          const put = await store.put(key, body, options);
          assert.ok(put.stored);
          assert.ok(Buffer.from(await store.get(key)).equals(whole));
          assert.deepEqual(await store.head(key), { key, size: 300_001, etag: put.etag });
          assert.equal(counts.ended, counts.begun);
        }
    },
  },
  {
    name: 'a body without chunks is an empty object',
    async run(store) {
      await store.put('none', { byteLength: 0, [Symbol.iterator]: () => [][Symbol.iterator]() });
      assert.deepEqual(await store.get('none'), text(''));
    },
  },
  {
    name: 'a body in chunks whose iteration fails stores nothing and rejects with the error',
    async run(store) {
      await store.put('there', text('content'));
      const reason = new Error('no more');
      for (const [key, options] of [
        ['new', {}],
        ['newer', { ifAbsent: true }],
        ['there', {}],
      ] as const)
        for (const failing of [0, 2, 3]) {
          const { body, counts } = inChunks(pattern(300_000), [100_000, 50_000, 0], (chunk) => {
            if (chunk === failing) throw reason;
          });
          await assert.rejects(store.put(key, body, options), (error) => error === reason);
          assert.equal(counts.ended, counts.begun);
        }
      assert.ok(Buffer.from(await store.get('there')).equals(text('content')));
      assert.deepEqual(
        (await store.list('')).objects.map(({ key }) => key),
        ['there'],
      );
    },
  },
  {
    name: 'a body in chunks that is longer or shorter than announced stores nothing',
    async run(store) {
      for (const byteLength of [0, 4, 6])
        for (const options of WAYS)
          await assertRejects(
            store.put('key', { byteLength, [Symbol.iterator]: () => inChunks(text('hello'), [2]).body[Symbol.iterator]() }, options),
            'BODY_LENGTH_DIFFERS',
            'key',
          );
      assert.deepEqual((await store.list('')).objects, []);
    },
  },
  {
    name: 'a put in chunks that is aborted between them stores nothing and ends the iteration',
    async run(store) {
      await store.put('there', text('content'));
      for (const [key, ifAbsent] of [
        ['new', true],
        ['newer', false],
        ['there', false],
      ] as const) {
        const abort = new AbortController();
        const reason = new Error('enough');
        const { body, counts } = inChunks(pattern(300_000), [100_000, 100_000], (chunk) => {
          if (chunk === 1) abort.abort(reason);
        });
        await assert.rejects(store.put(key, body, { ifAbsent, signal: abort.signal }), (error) => error === reason);
        assert.equal(counts.ended, counts.begun);
      }
      assert.ok(Buffer.from(await store.get('there')).equals(text('content')));
      assert.deepEqual(
        (await store.list('')).objects.map(({ key }) => key),
        ['there'],
      );
    },
  },
  {
    name: 'a reader sees a put in chunks whole or not at all while it goes on',
    run: (store) => readWhilePutting(store, (bytes) => inChunks(bytes, [50_000, 50_000, 50_000, 50_000, 50_000]).body),
  },
  {
    name: 'of many concurrent if-absent puts in chunks exactly one is stored',
    async run(store) {
      const puts = await Promise.all(
        Array.from({ length: 12 }, async (_, i) => {
          const { body } = inChunks(pattern(10_000, i), [1000, 2000]);
          return { i, put: await store.put('race', body, { ifAbsent: true }) };
        }),
      );
      const winners = puts.filter(({ put }) => put.stored);
      assert.equal(winners.length, 1);
      assert.ok(Buffer.from(await store.get('race')).equals(pattern(10_000, winners[0]?.i)));
      assert.deepEqual(await store.put('race', inChunks(text('late'), [1]).body, { ifAbsent: true }), { stored: false });
    },
  },
];
