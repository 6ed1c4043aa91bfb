import assert from 'node:assert/strict';
import type { ObjectStore } from '../../../engine/ports/object-store.ts';
import { assertRejects, type ContractCase } from '../contract-case.ts';
import { text } from './write-cases.ts';

export const readCases: readonly ContractCase<ObjectStore>[] = [
  {
    name: 'reads and lists see a put and a delete at once',
    async run(store) {
      for (let i = 0; i < 10; i++) {
        await store.put('a/key', text(`version ${i}`));
        assert.deepEqual(await store.get('a/key'), text(`version ${i}`));
        assert.deepEqual(
          (await store.list('a/')).objects.map(({ key }) => key),
          ['a/key'],
        );
        await store.deleteMany(['a/key']);
        await assertRejects(store.get('a/key'), 'OBJECT_NOT_FOUND');
        assert.deepEqual((await store.list('a/')).objects, []);
      }
    },
  },
  {
    name: 'get, getRange and head of a missing key fail with OBJECT_NOT_FOUND and name it',
    async run(store) {
      await store.put('there', text('x'));
      await assertRejects(store.get('missing'), 'OBJECT_NOT_FOUND', 'missing');
      await assertRejects(store.getRange('missing', 0, 0), 'OBJECT_NOT_FOUND', 'missing');
      await assertRejects(store.head('missing'), 'OBJECT_NOT_FOUND', 'missing');
      await assertRejects(store.get('folder/missing'), 'OBJECT_NOT_FOUND', 'missing');
      await assertRejects(store.get('there/below'), 'OBJECT_NOT_FOUND', 'there/below');
    },
  },
  {
    name: 'a folder of keys is no object',
    async run(store) {
      await store.put('folder/key', text('x'));
      await assert.rejects(store.get('folder'), ({ code }: { code?: string }) => code === 'OBJECT_NOT_FOUND' || code === 'IS_A_DIRECTORY');
      await assert.rejects(store.head('folder'), ({ code }: { code?: string }) => code === 'OBJECT_NOT_FOUND' || code === 'IS_A_DIRECTORY');
      assert.deepEqual(await store.deleteMany(['folder']), { failed: [] });
      assert.deepEqual(await store.get('folder/key'), text('x'));
    },
  },
  {
    name: 'a range is exactly the bytes from start to end',
    async run(store) {
      await store.put('key', text('0123456789'));
      const ranges: readonly (readonly [number, number, string])[] = [
        [0, 10, '0123456789'],
        [0, 1, '0'],
        [9, 10, '9'],
        [3, 7, '3456'],
        [0, 0, ''],
        [5, 5, ''],
        [10, 10, ''],
      ];
      for (const [start, end, expected] of ranges) assert.deepEqual(await store.getRange('key', start, end), text(expected));
    },
  },
  {
    name: 'a range past the end is RANGE_NOT_SATISFIABLE, never a short answer',
    async run(store) {
      await store.put('key', text('0123456789'));
      await store.put('empty', new Uint8Array(0));
      await assertRejects(store.getRange('key', 0, 11), 'RANGE_NOT_SATISFIABLE', 'key');
      await assertRejects(store.getRange('key', 9, 20), 'RANGE_NOT_SATISFIABLE', '10 bytes');
      await assertRejects(store.getRange('key', 11, 11), 'RANGE_NOT_SATISFIABLE');
      await assertRejects(store.getRange('key', 100, 200), 'RANGE_NOT_SATISFIABLE');
      await assertRejects(store.getRange('empty', 0, 1), 'RANGE_NOT_SATISFIABLE');
    },
  },
  {
    name: 'a range that is none is RANGE_NOT_SATISFIABLE',
    async run(store) {
      await store.put('key', text('0123456789'));
      const bad: readonly (readonly [number, number])[] = [
        [5, 4],
        [-1, 3],
        [-3, -1],
        [0, Number.NaN],
        [0.5, 2],
        [0, Number.POSITIVE_INFINITY],
      ];
      for (const [start, end] of bad) await assertRejects(store.getRange('key', start, end), 'RANGE_NOT_SATISFIABLE');
    },
  },
  {
    name: 'if-match reads the object that has this etag',
    async run(store) {
      const put = await store.put('key', text('content'));
      assert.ok(put.stored);
      assert.deepEqual(await store.get('key', { ifMatch: put.etag }), text('content'));
      assert.deepEqual(await store.getRange('key', 2, 4, { ifMatch: put.etag }), text('nt'));
      assert.deepEqual(await store.getRange('key', 2, 2, { ifMatch: put.etag }), text(''));
    },
  },
  {
    name: 'if-match of get fails with PRECONDITION_FAILED once the object changed',
    async run(store) {
      const put = await store.put('key', text('old'));
      assert.ok(put.stored);
      await store.put('key', text('new'));
      await assertRejects(store.get('key', { ifMatch: put.etag }), 'PRECONDITION_FAILED', 'key');
    },
  },
  {
    name: 'if-match of getRange fails with PRECONDITION_FAILED once the object changed',
    async run(store) {
      const put = await store.put('key', text('old'));
      assert.ok(put.stored);
      await store.put('key', text('new'));
      await assertRejects(store.getRange('key', 0, 1, { ifMatch: put.etag }), 'PRECONDITION_FAILED', 'key');
      await assertRejects(store.getRange('key', 0, 0, { ifMatch: put.etag }), 'PRECONDITION_FAILED', 'key');
    },
  },
  {
    name: 'if-match of a missing key is OBJECT_NOT_FOUND',
    async run(store) {
      const put = await store.put('key', text('old'));
      assert.ok(put.stored);
      await store.deleteMany(['key']);
      await assertRejects(store.get('key', { ifMatch: put.etag }), 'OBJECT_NOT_FOUND');
    },
  },
  {
    name: 'what a read returns belongs to the caller, in a buffer of its own',
    async run(store) {
      await store.put('key', text('content'));
      for (const read of [() => store.get('key'), () => store.getRange('key', 0, 7)]) {
        const bytes = await read();
        assert.equal(bytes.byteOffset, 0);
        assert.equal(bytes.buffer.byteLength, 7);
        bytes.fill(0);
        structuredClone(bytes.buffer, { transfer: [bytes.buffer as ArrayBuffer] });
        assert.deepEqual(await read(), text('content'));
      }
    },
  },
];
